import { rm } from 'node:fs/promises';
import type { HistoryEntry } from '../../shared/domain/history.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { client } from '../support/client.ts';
import { line } from '../support/lines.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { compare, openTable, writeLines } from './side-by-side.ts';

/*
 * What an operation costs for a line with a long history, beside one with a short one, all that follows from it included.
 * The lines are written into the table beforehand.
 */
const entries = { short: 3, long: 300 };
type Length = keyof typeof entries;
const rounds = 100;
const day = 24 * 60 * 60 * 1000;

/** A booking, and then emails that were delivered. */
const historyOf = (length: number): readonly HistoryEntry[] =>
  Array.from({ length }, (_, index): HistoryEntry => {
    const at = new Date(Date.now() - day + index * 1000).toISOString();
    const to = 'contact@alderfinch.example';
    if (index === 0) return { at, actor: 'commerce.workspace', type: 'Booked', to };
    const messageId = `0107019acd5c8f21-${String(Math.ceil(index / 2)).padStart(8, '0')}-5c1b-4d0e-9a54-000000`;
    return index % 2 === 1
      ? {
          at,
          actor: 'Maya Lindqvist',
          type: 'ProvisioningEmailSent',
          to,
          messageId,
          kind: 'resend',
          result: 'Accepted',
        }
      : { at, actor: 'aws.ses', type: 'ProvisioningEmailFeedback', to, messageId, delivery: 'Delivered' };
  });

const orderOf = (length: Length, index: number) => `${length}-${index}`;

function lineOf(length: Length, index: number): OrderLine {
  const sentAt = new Date(Date.now() - day).toISOString();
  return line({
    orderId: orderOf(length, index),
    partnerId: length,
    status: 'AwaitingProvisioningDetails',
    provisioningContact: { email: 'contact@alderfinch.example', locale: 'en' },
    firstEmailSentAt: sentAt,
    closesAt: new Date(Date.now() + 6 * day).toISOString(),
    executionStartedAt: sentAt,
    history: historyOf(entries[length]),
  });
}

const dataFolder = await temporaryFolder();
try {
  const table = await openTable(dataFolder);
  for (const length of ['short', 'long'] as const)
    await writeLines(table.dynamoDb, rounds, (index) => lineOf(length, index));
  await table.close();
  const service = await startService({ dataFolder });
  const api = client(service.url);
  const token = await api.token({ roles: ['operator'] });
  await compare<Length>(
    service,
    { short: `${entries.short} entries`, long: `${entries.long} entries` },
    {
      resend: async (length, round) => {
        const { status } = await api.resend(token, orderOf(length, round));
        if (status !== 200) throw new Error(`a resend was answered by ${status}`);
      },
      'get a line': (length, round) => api.line(token, orderOf(length, round)),
      'get its history': (length, round) => api.history(token, orderOf(length, round)),
      'first page of the list': (length) => api.ok(`/order-lines?limit=25&partnerId=${length}`, { token }),
    },
    rounds,
  );
  await service.kill();
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
