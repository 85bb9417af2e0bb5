import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { orderLineStore } from '../shared/adapters/order-line-store.ts';
import { emailAddress } from '../shared/contracts/fields.ts';
import { tokenBucket } from '../shared/domain/token-bucket.ts';
import { realTime } from '../shared/runtime/real-time.ts';
import { readArguments, readUnits, runCommand, UserError } from './command-line.ts';
import { outputsOf, stageOption } from './deployed-stack.ts';
import {
  erasePerson,
  erasureProgress,
  type ErasureProgress,
  fromStart,
  type Mention,
  unitsOfPage,
} from './erasing.ts';
import { stackNames } from './stack-names.ts';

const usage = `Removes a person's email address, and the name beside it, from all order lines and their histories, and leaves the rest.
It only lists where they are named, unless you add --execute. It reads the whole table, and can be run again at any time.

  npm run erase -- --email someone@example.com [--execute] [--progress FILE] [--read-units 1000] [--stage prod]

  --email       whom to erase
  --progress    keep in this file how far it got; the same command goes on from there
  --read-units  how many read units of the table to use a second: 1,000 read about 2,000 lines
`;

const options = z.object({
  stage: z.string(),
  email: emailAddress,
  execute: z.boolean(),
  progress: z.string().min(1).optional(),
  'read-units': readUnits(unitsOfPage),
});
type Options = z.output<typeof options>;

async function main(): Promise<void> {
  const chosen = readOptions();
  if (!chosen) {
    console.log(usage);
    return;
  }
  const { TableName, SettledLineDays } = await outputsOf(
    new CloudFormationClient(),
    stackNames(chosen.stage).service,
  );
  // A page takes longer than the calls that people wait for, and others use the table at the same time.
  const dynamoDb = new DynamoDBClient({ maxAttempts: 12 });
  const progress = progressFile(chosen, TableName);
  const done = await erasePerson(chosen, progress.read(), {
    dynamoDb,
    tableName: TableName,
    store: orderLineStore(dynamoDb, TableName, SettledLineDays),
    now: () => new Date(),
    pages: tokenBucket({ burst: 1, perSecond: chosen['read-units'] / unitsOfPage }, realTime),
    onMention: show,
    onProgress: (reached) => {
      progress.write(reached);
      report(reached);
    },
  });
  progress.remove();
  summarize(done, chosen);
}

/**
 * Undefined: the usage was requested.
 * @throws UserError
 */
function readOptions(): Options | undefined {
  return readArguments(usage, () => {
    const { values } = parseArgs({
      options: {
        stage: stageOption,
        email: { type: 'string' },
        progress: { type: 'string' },
        'read-units': { type: 'string', default: '1000' },
        execute: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values.help ? undefined : options.parse(values, { reportInput: true });
  });
}

const kept = z.object({ run: z.string(), progress: erasureProgress });

/** The progress of a run. The file identifies the run by a hash, so it does not contain the address. */
function progressFile({ progress: file, email, execute }: Options, tableName: string) {
  const run = createHash('sha256')
    .update(JSON.stringify([email.toLowerCase(), execute, tableName]))
    .digest('hex');
  return {
    /** @throws UserError when the file belongs to another run */
    read(): ErasureProgress {
      if (file === undefined || !existsSync(file)) return fromStart();
      const found = kept.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (found.data?.run !== run)
        throw new UserError(`${file} was not written by this command: name another file.`);
      console.error(`Continuing after ${found.data.progress.read} items.`);
      return found.data.progress;
    },
    write(progress: ErasureProgress): void {
      if (file === undefined) return;
      writeFileSync(`${file}.new`, JSON.stringify({ run, progress }));
      renameSync(`${file}.new`, file);
    },
    remove(): void {
      if (file !== undefined) rmSync(file, { force: true });
    },
  };
}

const why: Readonly<Record<NonNullable<Mention['left']>, string>> = {
  'first-email-due': 'left: the first email is still to go there; change the contact, or cancel the line',
  'email-leaving': 'left: an email is just being sent; run this again in a minute',
  key: 'left: it is part of a key, and is removed with its item',
};

const show = (mention: Mention): void =>
  console.log([mention.of, mention.in.join(', '), ...(mention.left ? [why[mention.left]] : [])].join('  '));

/** Milliseconds between two progress reports. */
const reportEvery = 10_000;
let reportedAt = realTime.now();

function report({ read, erased, left }: ErasureProgress): void {
  if (realTime.now() - reportedAt < reportEvery) return;
  reportedAt = realTime.now();
  console.error(`${read} items read, ${erased + left} name the person`);
}

function summarize({ read, erased, left }: ErasureProgress, { execute }: Options): void {
  const lines = (count: number) => `${count} ${count === 1 ? 'line' : 'lines'}`;
  if (erased + left === 0) console.log(`Nothing names this person. ${read} items were read.`);
  else if (execute) console.log(`Erased from ${lines(erased)}.`);
  else console.log(`Would be erased from ${lines(erased)}. Add --execute to do it.`);
  if (left > 0) {
    console.log(`${lines(left)} still name the person: see the reasons above, then run this again.`);
    if (execute) process.exitCode = 1;
  }
}

await runCommand(main);
