import { rm } from 'node:fs/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { listQuery } from '../../shared/contracts/api.ts';
import { type LineStatus, type OrderLine } from '../../shared/domain/order-line.ts';
import { listLines } from '../../shared/use-cases/read-order-lines.ts';
import { client } from '../support/client.ts';
import { line } from '../support/lines.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';
import { compare, header, openTable, writeLines } from './side-by-side.ts';

/*
 * What an operation costs a partner with many lines, as a multiple of what it costs one with few: the same calls of both,
 * with answers of the same size. Calls of the table and the items that these read are what AWS charges for. The lines are
 * written into the table beforehand.
 */
const partners = { few: 1000, many: Number(process.argv[2] ?? 100_000) };
const rounds = 200;
const day = 24 * 60 * 60 * 1000;
const progress = (text: string) => process.stderr.write(`${text}\n`);

type Size = keyof typeof partners;
const sizes: readonly Size[] = ['few', 'many'];
const sides = { few: `${partners.few} lines`, many: `${partners.many} lines` };

/** Half of the lines wait, three in ten are scheduled, the others are settled. */
const statuses: readonly LineStatus[] = [
  ...Array.from({ length: 5 }, () => 'AwaitingProvisioningDetails' as const),
  ...Array.from({ length: 3 }, () => 'Scheduled' as const),
  'Onboarded',
  'Cancelled',
];

/** All are of one length, so that none is the beginning of another: then both partners find as many lines by one. */
const orderOf = (size: Size, index: number) => `${size}-${String(index).padStart(7, '0')}`;
const subscriptionOf = (size: Size, index: number) => `Sub-${orderOf(size, index)}`;

/** Whoever has more lines has more customers, with as many lines each. */
const linesOfCustomer = 2;
const domainOf = (size: Size, index: number) =>
  `${orderOf(size, Math.floor(index / linesOfCustomer))}.example`;

function lineOf(size: Size, index: number): OrderLine {
  const status = statuses[index % statuses.length] ?? 'Scheduled';
  // Spread over three weeks, none of them due while this measures.
  const at = (days: number) => new Date(Date.now() + (days + (index % 21)) * day).toISOString();
  return line({
    orderId: orderOf(size, index),
    subscriptionId: subscriptionOf(size, index),
    provisioningContact: { email: `it@${domainOf(size, index)}`, locale: 'en' },
    partnerId: size,
    requestedStartDate: at(3),
    status,
    ...(status === 'AwaitingProvisioningDetails' ? { closesAt: at(2) } : {}),
  });
}

type ReadRequest = Pick<z.output<typeof listQuery>, 'q' | 'status' | 'cursor'>;

/** What both partners read, by the name of it; `round` says which of their lines it is about. */
const reads: Readonly<Record<string, (size: Size, round: number) => ReadRequest>> = {
  'first page of the list': () => ({}),
  'second page of the list': (size) => ({ cursor: cursors[size] }),
  'lines that wait': () => ({ status: 'AwaitingProvisioningDetails' }),
  'search for a subscription': (size, round) => ({ q: subscriptionOf(size, round) }),
  'search for a mail domain': (size, round) => ({ q: `@${domainOf(size, round)}` }),
  'search for what all lines begin with': (size) => ({ q: `sub-${size}` }),
  'search for a customer whom nobody knows': () => ({ q: 'kestrel' }),
};
const limit = 25;
const cursors: Record<Size, string> = { few: '', many: '' };

/** The calls of the table, and the items that they read, of each read. */
async function countReads(dynamoDb: DynamoDBClient): Promise<void> {
  let [calls, items] = [0, 0];
  dynamoDb.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { ScannedCount, Responses } = read.parse(answer.output);
      calls += 1;
      items += ScannedCount ?? Object.values(Responses ?? {}).flat().length;
      return answer;
    },
    { step: 'initialize' },
  );
  const services = {
    store: orderLineStore(dynamoDb, tableName, defaults.settledLineDays),
    limits: defaults.resendLimits,
    now: () => new Date(),
  };
  const list = (size: Size, request: ReadRequest) =>
    listLines(
      { name: 'bench', partnerId: size, roles: new Set(['resend']) },
      { ...request, limit },
      services,
    );
  for (const size of sizes) cursors[size] = (await list(size, {})).cursor ?? '';
  const counted = async (size: Size, request: ReadRequest) => {
    [calls, items] = [0, 0];
    const found = (await list(size, request)).items.length;
    return `${calls} calls, ${items} items for ${found} lines`;
  };
  console.log(header('what is read', sides));
  for (const [name, request] of Object.entries(reads)) {
    const [few, many] = [await counted('few', request('few', 7)), await counted('many', request('many', 7))];
    console.log(`| ${name} | ${few} | ${many} |`);
  }
}

const read = z.object({
  ScannedCount: z.number().optional(),
  Responses: z.record(z.string(), z.array(z.unknown())).optional(),
});

async function measure(service: Service): Promise<void> {
  const api = client(service.url);
  const tokens = {
    few: await api.token({ partnerId: 'few', roles: ['resend'] }),
    many: await api.token({ partnerId: 'many', roles: ['resend'] }),
  };
  const get = (size: Size, round: number) => api.line(tokens[size], orderOf(size, round));
  // The first calls of a process cost many times what later ones do, whichever side they are for.
  for (let round = 0; round < rounds; round += 1) for (const size of sizes) await get(size, round);
  const operations: Readonly<Record<string, (size: Size, round: number) => Promise<unknown>>> = {
    'get a line': get,
    ...Object.fromEntries(
      Object.entries(reads).map(([name, request]) => [
        name,
        (size: Size, round: number) => {
          const query = new URLSearchParams({ limit: String(limit), ...request(size, round) });
          return api.ok(`/order-lines?${query.toString()}`, { token: tokens[size] });
        },
      ]),
    ),
    // The first half of ten lines wait.
    resend: (size, round) =>
      api.resend(tokens[size], orderOf(size, Math.floor(round / 5) * 10 + (round % 5))),
  };
  await compare(service, sides, operations, rounds);
}

const dataFolder = await temporaryFolder();
try {
  const table = await openTable(dataFolder);
  for (const size of sizes) {
    progress(`writing lines of the partner with ${size}`);
    await writeLines(table.dynamoDb, partners[size], (index) => lineOf(size, index));
  }
  await countReads(table.dynamoDb);
  await table.close();
  progress('starting the service');
  const service = await startService({ dataFolder });
  await measure(service);
  await service.kill();
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
