import { setTimeout } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { cameBackStore } from '../../shared/adapters/came-back-store.ts';
import { choiceStore } from '../../shared/adapters/choice-store.ts';
import { type AccountQuota, accountQuota, listMail, sesV2Client } from '../../shared/adapters/list-mail.ts';
import { noticeStore } from '../../shared/adapters/notice-store.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { tallyStore } from '../../shared/adapters/tally-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { digestRateShare, digestRoom, type Person } from '../../shared/domain/notifications.ts';
import { forEach } from '../../shared/domain/parallel.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type TokenBucket, tokenBucket } from '../../shared/domain/token-bucket.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { realTime } from '../../shared/runtime/real-time.ts';
import { type DigestOutcome, type DigestServices, sendDigest } from '../../shared/use-cases/send-digest.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  MAIL_RATE: variables.MAIL_RATE,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  CONSOLE_ORIGIN: variables.CONSOLE_ORIGIN,
});
type Environment = z.output<typeof environment>;

export interface Services extends DigestServices {
  /** When the lane of first emails expects to be empty. */
  readonly laneClearAt: () => Promise<string | undefined>;
  readonly quota: AccountQuota;
}

/** The part of a run's time, in milliseconds, that is reserved for digests in progress. */
const reserve = 60_000;

/**
 * Called by the schedule.
 * @throws NamedFault RunIncomplete when digests failed: if they fail again, an alarm tells operators
 */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => {
    const report = await handle(services, () => context.getRemainingTimeInMillis() < reserve);
    if (report.failed > 0) throw new NamedFault(faultNames.runIncomplete, `${report.failed} digests failed`);
    return report;
  };
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), sesV2: sesV2Client() });

/** The limits of a run: its share of the account's rate, and SES's daily quota. */
interface Limits extends Pick<Services, 'quota'> {
  /** Paces the emails. */
  readonly turns: Pick<TokenBucket, 'take'>;
}

const accountLimits = (
  { MAIL_RATE }: Environment,
  { sesV2 }: Pick<ReturnType<typeof awsClients>, 'sesV2'>,
): Limits => ({
  turns: tokenBucket({ burst: 1, perSecond: MAIL_RATE * digestRateShare }, realTime),
  quota: accountQuota(sesV2),
});

export function buildServices(
  settings: Environment,
  clients = awsClients(),
  now = () => new Date(),
  { turns, quota } = accountLimits(settings, clients),
): Services {
  const { dynamoDb, sesV2 } = clients;
  const { TABLE_NAME } = settings;
  const store = orderLineStore(dynamoDb, TABLE_NAME, settings.SETTLED_LINE_DAYS);
  const mail = listMail(sesV2, settings.CONFIGURATION_SET);
  return {
    quota,
    store,
    laneClearAt: async () => (await store.lane.wait())?.clearAt,
    choices: choiceStore(dynamoDb, TABLE_NAME),
    cameBack: cameBackStore(dynamoDb, TABLE_NAME),
    notices: noticeStore(dynamoDb, TABLE_NAME),
    tallies: tallyStore(dynamoDb, TABLE_NAME, setTimeout),
    mail: {
      send: async (email) => {
        await turns.take();
        return await mail.send(email);
      },
    },
    mailSettings: settings.MAIL_SETTINGS,
    consoleOrigin: settings.CONSOLE_ORIGIN,
    now,
    log: createLog('send-digests'),
  };
}

/** How many digests are worked on at once. */
const digestsAtOnce = 8;

/** How many digests there were, by outcome. */
export type DigestReport = Readonly<Partial<Record<DigestOutcome, number>>> & {
  readonly failed: number;
  /** Whether some were left for the next run. */
  readonly isCutShort: boolean;
};

/**
 * Sends the digests that are due, at their share of the rate. First emails have priority: while some wait in their
 * lane, and once most of a day's emails are used up, the remaining digests wait for the next run. Progress is stored
 * with people's choices, so a run may end at any time.
 */
export async function handle(
  services: Services,
  isTimeUp: () => boolean = () => false,
): Promise<DigestReport> {
  const { choices, now, log } = services;
  const at = toInstant(now());
  const counts: Partial<Record<DigestOutcome, number>> = {};
  let failed = 0;
  let isCutShort = false;
  let room = Infinity;

  async function work(person: Person): Promise<void> {
    if (isCutShort || isTimeUp() || room <= 0) {
      isCutShort = true;
      return;
    }
    try {
      const outcome = await sendDigest(person, services);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (outcome === 'sent' || outcome === 'unconfirmed') room -= 1;
      isCutShort ||= outcome === 'throttled-by-day' || outcome === 'throttled-by-rate';
    } catch (error) {
      failed += 1;
      log.error('a digest failed', { partnerId: person.partnerId, fault: faultForLog(error) });
    }
  }

  for await (const page of choices.dueDigests(at)) {
    const [clearAt, account] = await Promise.all([services.laneClearAt(), services.quota.asked()]);
    room = digestRoom(account);
    isCutShort ||= clearAt !== undefined && clearAt > toInstant(now());
    await forEach(page, digestsAtOnce, work);
    if (isCutShort) break;
  }
  const report = { ...counts, failed, isCutShort };
  log.info('digests', report);
  return report;
}
