import type { Mail, MailOutcome } from '../adapters/mail.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { giveUpClaim, withClaim, withoutClaim } from '../domain/claims.ts';
import { type Claim, isBooked, type LineKey, type OrderLine, type SentEmail } from '../domain/order-line.ts';
import { recordFailure, recordSent, sentEmailOf } from '../domain/sent-emails.ts';
import { asOnboarded } from '../domain/transitions.ts';
import { type Instant, plus, toInstant } from '../domain/time.ts';
import { writeEmail } from '../emails/write-email.ts';
import { faultForLog, type Log } from '../contracts/log.ts';
import type { Metrics } from '../contracts/metrics.ts';

/*
 * The way of every email: load, authorize, claim, send, record, answer. Who sends what to whom is written before the
 * mail service is called, so that whatever is lost afterwards, the line knows that an email may have left.
 *
 * The time that it takes at worst, in the 29 s of a function that serves people (`quickCalls`, `mailAnswerLimit`):
 *
 *     load            4.65 s
 *     wait            5    s    for somebody else's email of the line
 *     claim           4.65 s
 *     send            7    s
 *     record          6.65 s    `recordLimit`, and the try that began within it
 *                    27.95 s
 */

/**
 * How long a claim keeps others from sending. Longer than any function that sends may run (30 s), so that a live
 * sender never loses its claim.
 */
export const claimLease = 'PT45S';

/** How long to wait for somebody else's email of the same line, in milliseconds: far longer than one takes. */
const patience = { limit: 5000, pause: 50 };

/** The pauses, in milliseconds, between tries to record what came of an email. */
export const recordPauses = [100, 200, 400, 800] as const;

/** No further try to record begins after so many milliseconds. */
const recordLimit = 2000;

export interface SendServices {
  readonly store: OrderLineStore;
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Waits, in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * The email that somebody asks for.
 * `owner` names the sender: the same owner again is the same sender after a crash.
 */
export type EmailRequest = Omit<Claim, 'id' | 'at' | 'until'>;

/** What a look at the line led to. */
export type Permit<Instead> =
  | { readonly send: EmailRequest }
  /** No email, but this; `line`: what becomes of the line all the same. */
  | { readonly instead: Instead; readonly line?: OrderLine }
  /** Somebody else is sending for the line; what to do instead should that not end. */
  | { readonly busy: Instead };

/** What came of a request for an email. */
export type EmailOutcome<Instead> =
  | { readonly outcome: 'instead'; readonly instead: Instead }
  | { readonly outcome: 'sent'; readonly line: OrderLine; readonly email: SentEmail }
  /** Nothing left, and nothing is counted. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It may have left: it is counted, and the mail service's report will tell. */
  | { readonly outcome: 'unconfirmed'; readonly line: OrderLine };

interface Claimed {
  readonly line: OrderLine;
  readonly claim: Claim;
}

/** What came of one try to claim a line. */
type Attempt<Instead> =
  | EmailOutcome<Instead>
  | ({ readonly outcome: 'claimed' } & Claimed)
  | { readonly outcome: 'busy'; readonly instead: Instead };

/** What else changes in the same write as the record of an email. */
type Also = (recorded: OrderLine, email: SentEmail) => OrderLine;

/**
 * Sends an email of a line if `permit` allows it.
 * @param permit gets the line, or undefined if there is none, and the time; its errors are handed on
 */
export async function sendEmail<Instead>(
  key: LineKey,
  permit: (line: OrderLine | undefined, at: Instant) => Permit<Instead>,
  services: SendServices,
  also: Also = (recorded) => recorded,
): Promise<EmailOutcome<Instead>> {
  const claimed = await claimEmail(key, permit, services);
  if (claimed.outcome !== 'claimed') return claimed;
  const answer = await handOver(claimed, services);
  return await record(claimed, answer, services, also);
}

/** Loads the line, asks whether the email may leave, and claims it. Waits while somebody else sends for the line. */
async function claimEmail<Instead>(
  key: LineKey,
  permit: (line: OrderLine | undefined, at: Instant) => Permit<Instead>,
  services: SendServices,
): Promise<Exclude<Attempt<Instead>, { outcome: 'busy' }>> {
  const id = services.newId();
  const start = performance.now();
  for (;;) {
    const claimed = await tryToClaim(key, id, permit, services);
    if (claimed.outcome !== 'busy') return claimed;
    if (performance.now() - start > patience.limit) return { ...claimed, outcome: 'instead' };
    await services.pause(patience.pause);
  }
}

async function tryToClaim<Instead>(
  key: LineKey,
  id: string,
  permit: (line: OrderLine | undefined, at: Instant) => Permit<Instead>,
  services: SendServices,
): Promise<Attempt<Instead>> {
  const { store, now } = services;
  let attempted: Claimed | undefined;
  try {
    return await store.updateWithOrder<Attempt<Instead>>(key, (stored, onboarding) => {
      attempted = undefined;
      const at = toInstant(now());
      const known = isBooked(stored) ? asOnboarded(stored, onboarding, at) : undefined;
      // This claim's own write took effect, and its answer was lost.
      if (known?.claim?.id === id) return { result: { outcome: 'claimed', line: known, claim: known.claim } };

      const permitted = permit(known, at);
      if ('busy' in permitted) return { result: { outcome: 'busy', instead: permitted.busy } };
      if ('instead' in permitted) {
        const { instead, line = known } = permitted;
        return { line, result: { outcome: 'instead', instead } };
      }
      if (!known) throw new Error('an email was permitted for a line that is not there');
      const claim: Claim = { ...permitted.send, id, at, until: plus(at, claimLease) };
      attempted = { line: withClaim(known, claim), claim };
      return { line: attempted.line, result: { outcome: 'claimed', ...attempted } };
    });
  } catch (error) {
    if (!attempted) throw error;
    return await giveBack(attempted, error, services);
  }
}

/**
 * Takes back a claim of which nobody knows whether it was written; its email was not handed over. The line is written
 * in any case, so that a write that is still on its way comes too late.
 */
async function giveBack(
  { line, claim }: Claimed,
  cause: unknown,
  { store, log }: SendServices,
): Promise<EmailOutcome<never>> {
  try {
    await store.update(line, (known) =>
      isBooked(known)
        ? { line: { ...withoutClaim(known, claim.id) }, result: undefined }
        : { result: undefined },
    );
    return { outcome: 'refused', reason: reasonOf(cause) };
  } catch (error) {
    // It runs out, and will read as an email that may have been sent.
    log.warn('a claim could not be given back', { fault: faultForLog(error) });
    return { outcome: 'unconfirmed', line: giveUpClaim(line) };
  }
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  return error instanceof NamedFault && error.cause instanceof Error ? error.cause.name : error.name;
};

/** Writes the email and hands it to the mail service. */
async function handOver({ line, claim }: Claimed, services: SendServices): Promise<MailOutcome> {
  const { mail, mailSettings, log } = services;
  try {
    return await mail.send(await writeEmail(line, claim, mailSettings));
  } catch (error) {
    // The mail service's own errors are outcomes: this one came before it was called.
    log.error('an email could not be written', { fault: faultForLog(error) });
    return { outcome: 'refused', reason: reasonOf(error) };
  }
}

/**
 * Writes what came of the email. That is known nowhere else, so it is tried several times; should none succeed, the
 * claim runs out and the mail service's report makes the record.
 */
async function record(
  claimed: Claimed,
  answer: MailOutcome,
  services: SendServices,
  also: Also,
): Promise<EmailOutcome<never>> {
  switch (answer.outcome) {
    case 'accepted':
      return await recordAccepted(claimed, answer.messageId, services, also);
    case 'refused':
      return await recordRefused(claimed, answer.reason, services);
    case 'unknown':
      return await recordUnknown(claimed, answer.reason, services);
  }
}

async function recordAccepted(
  { line, claim }: Claimed,
  messageId: string,
  services: SendServices,
  also: Also,
): Promise<EmailOutcome<never>> {
  const { store, now, log, metrics } = services;
  const sentAt = toInstant(now());
  try {
    const { isNews, ...recorded } = await insistently(services, () =>
      store.change(line, (current) => {
        const sent = recordSent(current, claim, { messageId, sentAt });
        // The mail service's report may have told of it before.
        const email = { messageId, to: claim.to.email, sentAt, ...sentEmailOf(current, messageId) };
        const changed = also(sent, email);
        return {
          line: changed,
          result: { line: changed, email, isNews: sentEmailOf(current, messageId) === undefined },
        };
      }),
    );
    if (isNews) metrics.add('EmailsSent', { Kind: claim.kind });
    return { outcome: 'sent', ...recorded };
  } catch (error) {
    log.error('an email that was sent is not recorded yet', { fault: faultForLog(error) });
    return { outcome: 'unconfirmed', line: giveUpClaim(line) };
  }
}

async function recordRefused(
  { line, claim }: Claimed,
  reason: string,
  services: SendServices,
): Promise<EmailOutcome<never>> {
  const { store, now, log } = services;
  const failure = { at: toInstant(now()), reason };
  try {
    await insistently(services, () =>
      store.change(line, (current) => ({
        line: recordFailure(current, claim, failure),
        result: undefined,
      })),
    );
    return { outcome: 'refused', reason };
  } catch (error) {
    // The claim runs out, and will read as an email that may have been sent.
    log.error('a refused email is not recorded', { fault: faultForLog(error) });
    return { outcome: 'unconfirmed', line: giveUpClaim(line) };
  }
}

async function recordUnknown(
  { line, claim }: Claimed,
  reason: string,
  services: SendServices,
): Promise<EmailOutcome<never>> {
  const { store, log, metrics } = services;
  log.warn('an email may have been sent', { kind: claim.kind, reason });
  metrics.add('EmailsUnconfirmed', { Kind: claim.kind });
  try {
    const given = await insistently(services, () =>
      store.change(line, (current) => {
        const without = current.claim?.id === claim.id ? giveUpClaim(current) : current;
        return { line: without, result: without };
      }),
    );
    return { outcome: 'unconfirmed', line: given };
  } catch (error) {
    log.error('an email that may have been sent is not recorded yet', { fault: faultForLog(error) });
    return { outcome: 'unconfirmed', line: giveUpClaim(line) };
  }
}

/** Does what may be done twice again until it succeeds, the last try fails, or the time is over. */
async function insistently<Result>(
  { pause, log }: Pick<SendServices, 'pause' | 'log'>,
  write: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  for (const milliseconds of recordPauses) {
    try {
      return await write();
    } catch (error) {
      if (performance.now() - start + milliseconds > recordLimit) throw error;
      log.warn('the outcome of an email is not recorded yet', { fault: faultForLog(error) });
      await pause(milliseconds);
    }
  }
  return await write();
}

/** The fault by which the workflow retries an email that was refused. */
export const emailNotSent = (reason: string): NamedFault =>
  new NamedFault(faultNames.emailNotSent, `the mail service refused the email: ${reason}`);
