import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import * as z from 'zod';
import { tableFolder } from '../../infra/local/storage.ts';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import type { listQuery } from '../../shared/contracts/api.ts';
import { type LineStatus, type OrderLine } from '../../shared/domain/order-line.ts';
import { listLines } from '../../shared/use-cases/read-order-lines.ts';
import { client } from '../support/client.ts';
import { itemOf, line } from '../support/lines.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';

/*
 * What an operation costs a partner with many lines, as a multiple of what it costs one with few: the same calls of both,
 * with answers of the same size, in turn, so that whatever else the machine does meets both alike. Calls of the table and
 * the items that these read are what AWS charges for; processor time is what a busy machine leaves comparable. The lines
 * are written into the table beforehand.
 */
const partners = { few: 1000, many: Number(process.argv[2] ?? 100_000) };
const rounds = 200;
/** So many for one partner, then as many for the other. */
const roundsInTurn = 25;
const day = 24 * 60 * 60 * 1000;
const progress = (text: string) => process.stderr.write(`${text}\n`);

type Size = keyof typeof partners;
const sizes: readonly Size[] = ['few', 'many'];

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

/** The table, with the lines of both partners. */
async function openTable() {
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
  const close = async () => {
    dynamoDb.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { dynamoDb, close };
}

async function fill(dynamoDb: DynamoDBClient): Promise<void> {
  for (const size of sizes) {
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
}

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
  console.log(header('what is read'));
  for (const [name, request] of Object.entries(reads)) {
    const [few, many] = [await counted('few', request('few', 7)), await counted('many', request('many', 7))];
    console.log(`| ${name} | ${few} | ${many} |`);
  }
}

const read = z.object({
  ScannedCount: z.number().optional(),
  Responses: z.record(z.string(), z.array(z.unknown())).optional(),
});

const header = (what: string, more = '') => {
  const columns = `| ${what} | ${partners.few} lines | ${partners.many} lines |${more}`;
  return `\n${columns}\n${columns.replaceAll(/[^|]+/g, '---')}`;
};

/** Milliseconds of processor time that a process has had: Linux counts them in hundredths of a second. */
async function processorTime({ pid }: ChildProcess): Promise<number> {
  const [, , , , , , , , , , , user, system] = (await readFile(`/proc/${pid ?? ''}/stat`, 'utf8'))
    .replace(/\(.*\) /, '')
    .split(' ');
  return (Number(user) + Number(system)) * 10;
}

async function measure(service: Service): Promise<void> {
  const api = client(service.url);
  const tokens = {
    few: await api.token({ partnerId: 'few', roles: ['resend'] }),
    many: await api.token({ partnerId: 'many', roles: ['resend'] }),
  };
  const operations: Readonly<Record<string, (size: Size, round: number) => Promise<unknown>>> = {
    'get a line': (size, round) => api.line(tokens[size], orderOf(size, round)),
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
  console.log(header('milliseconds of processor time, and median of the answer', ' ratio of both |'));
  for (const [name, operation] of Object.entries(operations)) {
    const times: Record<Size, number[]> = { few: [], many: [] };
    const processor: Record<Size, number> = { few: 0, many: 0 };
    for (let first = 0; first < rounds; first += roundsInTurn) {
      const inTurn = (first / roundsInTurn) % 2 === 0 ? sizes : sizes.toReversed();
      for (const size of inTurn) {
        const before = await processorTime(service.process);
        for (let round = first; round < first + roundsInTurn; round += 1) {
          const begin = performance.now();
          await operation(size, round);
          times[size].push(performance.now() - begin);
        }
        // What follows from it is a part of its cost.
        await api.ok('/_local/idle');
        processor[size] += (await processorTime(service.process)) - before;
      }
    }
    const cost = (size: Size) => ({ processor: processor[size] / rounds, answer: median(times[size]) });
    const [few, many] = [cost('few'), cost('many')];
    const cell = ({ processor, answer }: typeof few) => `${processor.toFixed(1)}, ${answer.toFixed(1)}`;
    const ratios = [many.processor / few.processor, many.answer / few.answer].map((ratio) =>
      ratio.toFixed(2),
    );
    console.log(`| ${name} | ${cell(few)} | ${cell(many)} | ${ratios.join(', ')} |`);
  }
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

const dataFolder = await temporaryFolder();
try {
  const empty = await startService({ dataFolder });
  await empty.stop();
  const table = await openTable();
  await fill(table.dynamoDb);
  await countReads(table.dynamoDb);
  await table.close();
  progress('starting the service');
  const service = await startService({ dataFolder });
  await measure(service);
  await service.kill();
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
