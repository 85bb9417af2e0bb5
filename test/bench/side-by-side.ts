import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { tableFolder } from '../../infra/local/storage.ts';
import { tableName } from '../../infra/local/table.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { client } from '../support/client.ts';
import { itemOf } from '../support/lines.ts';
import { type Service, startService } from '../support/service.ts';

/* What benchmarks share that compare what the same operations cost two sides. */

/** The table in a data folder, which is made if there is none; no service may be running on it. */
export async function openTable(dataFolder: string) {
  const empty = await startService({ dataFolder });
  await empty.stop();
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

/** Writes so many lines, each made when it is its turn. */
export async function writeLines(
  dynamoDb: DynamoDBClient,
  count: number,
  lineAt: (index: number) => OrderLine,
): Promise<void> {
  const atOnce = 25;
  for (let first = 0; first < count; first += atOnce) {
    const puts = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => ({
      PutRequest: { Item: marshall(itemOf(lineAt(first + index)), { removeUndefinedValues: true }) },
    }));
    await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  }
}

/** Does a thing for one side, the `round`th time. */
type Operation<Side extends string> = (side: Side, round: number) => Promise<unknown>;

/** So many for one side, then as many for the other. */
const roundsInTurn = 25;

/**
 * Prints what operations cost both sides, in turn, so that whatever else the machine does meets both alike. Processor time
 * is what a busy machine leaves comparable; what follows from an operation is a part of it.
 */
export async function compare<Side extends string>(
  service: Service,
  sides: Readonly<Record<Side, string>>,
  operations: Readonly<Record<string, Operation<Side>>>,
  rounds: number,
): Promise<void> {
  const { idle } = client(service.url);
  const [one, other] = Object.keys(sides) as [Side, Side];
  console.log(header('milliseconds of processor time, and median of the answer', sides, ' ratio of both |'));
  for (const [name, operation] of Object.entries(operations)) {
    const times = { [one]: [], [other]: [] } as unknown as Record<Side, number[]>;
    const processor = { [one]: 0, [other]: 0 } as Record<Side, number>;
    for (let first = 0; first < rounds; first += roundsInTurn) {
      for (const side of (first / roundsInTurn) % 2 === 0 ? [one, other] : [other, one]) {
        const before = await processorTime(service.process);
        for (let round = first; round < first + roundsInTurn; round += 1) {
          const begin = performance.now();
          await operation(side, round);
          times[side].push(performance.now() - begin);
        }
        await idle();
        processor[side] += (await processorTime(service.process)) - before;
      }
    }
    const cost = (side: Side) => ({ processor: processor[side] / rounds, answer: median(times[side]) });
    const [first, second] = [cost(one), cost(other)];
    const cell = ({ processor, answer }: typeof first) => `${processor.toFixed(1)}, ${answer.toFixed(1)}`;
    const ratios = [second.processor / first.processor, second.answer / first.answer];
    const shown = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
    console.log(`| ${name} | ${cell(first)} | ${cell(second)} | ${shown} |`);
  }
}

/** The first lines of a table in Markdown with a column for each side. */
export function header(what: string, sides: Readonly<Record<string, string>>, more = ''): string {
  const columns = `| ${[what, ...Object.values(sides)].join(' | ')} |${more}`;
  return `\n${columns}\n${columns.replaceAll(/[^|]+/g, '---')}`;
}

/** Milliseconds of processor time that a process has had: Linux counts them in hundredths of a second. */
async function processorTime({ pid }: ChildProcess): Promise<number> {
  const [, , , , , , , , , , , user, system] = (await readFile(`/proc/${pid ?? ''}/stat`, 'utf8'))
    .replace(/\(.*\) /, '')
    .split(' ');
  return (Number(user) + Number(system)) * 10;
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
