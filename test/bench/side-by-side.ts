import { once } from 'node:events';
import type { Server } from 'node:http';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { tableFolder } from '../../infra/local/storage.ts';
import { tableName } from '../../infra/local/table.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { itemOf } from '../support/lines.ts';
import { startService } from '../support/service.ts';

/** Makes a data folder whose table holds these lines. */
export async function fillTable(dataFolder: string, lines: readonly OrderLine[]): Promise<void> {
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
  const most = 25;
  for (let first = 0; first < lines.length; first += most) {
    const puts = lines
      .slice(first, first + most)
      .map((line) => ({ PutRequest: { Item: marshall(itemOf(line), { removeUndefinedValues: true }) } }));
    await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  }
  dynamoDb.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Does a thing to one side, the `round`th time. */
type Operation<Side extends string> = (side: Side, round: number) => Promise<unknown>;

/**
 * Prints what operations cost one side, beside what they cost the other: both in turn, so that whatever else the machine
 * does meets both alike, and the medians.
 * @param rest waits until nothing is left to do, and counts as well
 */
export async function printRatios<Side extends string>(
  sides: readonly [Side, Side],
  operations: Readonly<Record<string, Operation<Side>>>,
  rounds: number,
  rest: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  console.log(`| operation | ${sides.join(' | ')} | ratio |\n|---|---|---|---|`);
  for (const [name, operation] of Object.entries(operations)) {
    const times: readonly [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const begin = performance.now();
        await operation(sides[index], round);
        await rest();
        times[index].push(performance.now() - begin);
      }
    }
    const [first, second] = [median(times[0]), median(times[1])];
    const ratio = (second / first).toFixed(2);
    console.log(`| ${name} | ${first.toFixed(1)} ms | ${second.toFixed(1)} ms | ${ratio} |`);
  }
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
