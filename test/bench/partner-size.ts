import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { tableFolder } from '../../infra/local/storage.ts';
import { tableName } from '../../infra/local/table.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { type LineStatus, type OrderLine } from '../../shared/domain/order-line.ts';
import { client } from '../support/client.ts';
import { itemOf, line } from '../support/lines.ts';
import { startService, temporaryFolder } from '../support/service.ts';

/*
 * What an operation costs a partner with many lines, as a multiple of what it costs one with few: the same calls of both,
 * in turn, so that whatever else the machine does meets both alike. The lines are written into the table beforehand.
 */
const partners = { few: 1000, many: Number(process.argv[2] ?? 100_000) };
const rounds = 400;
const day = 24 * 60 * 60 * 1000;
const progress = (text: string) => process.stderr.write(`${text}\n`);

type Size = keyof typeof partners;

/** Half of the lines wait, three in ten are scheduled, the others are settled. */
const statuses: readonly LineStatus[] = [
  ...Array.from({ length: 5 }, () => 'AwaitingProvisioningDetails' as const),
  ...Array.from({ length: 3 }, () => 'Scheduled' as const),
  'Onboarded',
  'Cancelled',
];

const orderOf = (size: Size, index: number) => `${size}-${index}`;

function lineOf(size: Size, index: number): OrderLine {
  const status = statuses[index % statuses.length] ?? 'Scheduled';
  // Spread over three weeks, none of them due while this measures.
  const at = (days: number) => new Date(Date.now() + (days + (index % 21)) * day).toISOString();
  return line({
    orderId: orderOf(size, index),
    subscriptionId: `Sub-${size}-${index}`,
    provisioningContact: { email: `it@${size}-${index % 500}.example`, locale: 'en' },
    partnerId: size,
    requestedStartDate: at(3),
    status,
    ...(status === 'AwaitingProvisioningDetails' ? { closesAt: at(2) } : {}),
  });
}

async function fill(dataFolder: string): Promise<void> {
  const server: Server = dynalite({ path: tableFolder(dataFolder), createTableMs: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite listens nowhere');
  const dynamoDb = dynamoDbClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    ...timeLimits({ connecting: 10_000, answering: 60_000 }),
  });
  for (const size of ['few', 'many'] as const) {
    for (let first = 0; first < partners[size]; first += 25) {
      const puts = Array.from({ length: 25 }, (_, index) => ({
        PutRequest: {
          Item: marshall(itemOf(lineOf(size, first + index)), { removeUndefinedValues: true }),
        },
      }));
      await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
      if (first % 10_000 === 0) progress(`${size}: ${first} lines written`);
    }
  }
  dynamoDb.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

const dataFolder = await temporaryFolder();
try {
  const empty = await startService({ dataFolder });
  await empty.stop();
  await fill(dataFolder);
  progress('starting the service');
  const service = await startService({ dataFolder });
  const api = client(service.url);
  const tokens = {
    few: await api.token({ partnerId: 'few', roles: ['resend'] }),
    many: await api.token({ partnerId: 'many', roles: ['resend'] }),
  };
  const get = (size: Size, path: string) => api.ok<{ cursor?: string }>(path, { token: tokens[size] });
  const cursors = {
    few: (await get('few', '/order-lines?limit=25')).cursor ?? '',
    many: (await get('many', '/order-lines?limit=25')).cursor ?? '',
  };
  const operations: Readonly<Record<string, (size: Size, round: number) => Promise<unknown>>> = {
    'get a line': (size, round) => get(size, `/orders/${orderOf(size, round)}/lines/1`),
    'first page of the list': (size) => get(size, '/order-lines?limit=25'),
    'second page of the list': (size) => get(size, `/order-lines?limit=25&cursor=${cursors[size]}`),
    'lines that wait': (size) => get(size, '/order-lines?limit=25&status=AwaitingProvisioningDetails'),
    'search for a subscription': (size, round) => get(size, `/order-lines?q=Sub-${size}-${round}`),
    'search for a mail domain': (size, round) => get(size, `/order-lines?q=@${size}-${round % 500}.`),
    'search for what all lines begin with': (size) => get(size, `/order-lines?q=sub-${size}`),
    'search for a customer whom nobody knows': (size) => get(size, '/order-lines?q=kestrel'),
    // The first half of ten lines wait.
    resend: (size, round) =>
      api.resend(tokens[size], orderOf(size, Math.floor(round / 5) * 10 + (round % 5))),
  };
  console.log(`| operation | ${partners.few} lines | ${partners.many} lines | ratio |\n|---|---|---|---|`);
  for (const [name, operation] of Object.entries(operations)) {
    const times: Record<Size, number[]> = { few: [], many: [] };
    for (let round = 0; round < rounds; round += 1) {
      const inTurn: readonly Size[] = round % 2 === 0 ? ['few', 'many'] : ['many', 'few'];
      for (const size of inTurn) {
        const begin = performance.now();
        await operation(size, round);
        times[size].push(performance.now() - begin);
      }
    }
    const [few, many] = [median(times.few), median(times.many)];
    console.log(`| ${name} | ${few.toFixed(1)} ms | ${many.toFixed(1)} ms | ${(many / few).toFixed(2)} |`);
  }
  await service.kill();
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
