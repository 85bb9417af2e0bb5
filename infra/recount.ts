import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { tokenBucket } from '../shared/domain/token-bucket.ts';
import { realTime } from '../shared/runtime/real-time.ts';
import { readArguments, readUnits, runCommand } from './command-line.ts';
import { outputsOf, stageOption } from './deployed-stack.ts';
import { longestCallSeconds, recount } from './recounting.ts';
import { stackNames } from './stack-names.ts';

const usage = `Counts all order lines anew, for the counts that the API and the console show. Meanwhile those show what was counted before.
It reads the whole table, and can be run again at any time.

  npm run recount -- [--read-units 1000] [--stage prod]

  --read-units  how many read units of the table to use a second: 1,000 read about 1,000 lines
`;

/** The most read units of one page: 1 MB, at one unit for 4 KB, strongly consistent. */
const unitsOfPage = 256;

const options = z.object({
  stage: z.string(),
  'read-units': readUnits(unitsOfPage),
});

/**
 * Undefined: the usage was requested.
 * @throws UserError
 */
function readOptions(): z.output<typeof options> | undefined {
  return readArguments(usage, () => {
    const { values } = parseArgs({
      options: {
        stage: stageOption,
        'read-units': { type: 'string', default: '1000' },
        help: { type: 'boolean', default: false },
      },
    });
    return values.help ? undefined : options.parse(values, { reportInput: true });
  });
}

/** Milliseconds between two progress reports. */
const reportEvery = 10_000;
let reportedAt = realTime.now();

async function main(): Promise<void> {
  const chosen = readOptions();
  if (!chosen) {
    console.log(usage);
    return;
  }
  const { TableName } = await outputsOf(new CloudFormationClient(), stackNames(chosen.stage).service);
  const lines = await recount({
    // A page takes longer than the calls that people wait for, and others use the table at the same time.
    dynamoDb: new DynamoDBClient({ maxAttempts: 12 }),
    tableName: TableName,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    settle: () => setTimeout(longestCallSeconds * 1000),
    pages: tokenBucket({ burst: 1, perSecond: chosen['read-units'] / unitsOfPage }, realTime),
    onProgress: (counted) => {
      if (realTime.now() - reportedAt < reportEvery) return;
      reportedAt = realTime.now();
      console.error(`${counted} lines counted`);
    },
  });
  console.log(`Counted ${lines} lines.`);
}

await runCommand(main);
