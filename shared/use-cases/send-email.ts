import type { Mail } from '../adapters/mail.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { faultNames, NamedFault } from '../contracts/workflow.ts';
import {
  type Claim,
  type Contact,
  type EmailKind,
  isBooked,
  type LineKey,
  type OrderLine,
  recordFailure,
  recordSent,
  type StoredLine,
  withoutClaim,
} from '../domain/order-line.ts';
import { type Instant, plus, toInstant } from '../domain/time.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { writeEmail } from '../emails/write-email.ts';
import { faultForLog, type Log } from '../runtime/logger.ts';

/**
 * How long a claim keeps others from sending. Longer than any function that sends may run (30 s), so that a live
 * sender never loses its claim.
 */
const lease = 'PT45S';

/**
 * The pauses, in milliseconds, between tries to record what came of an email: 3.1 s in all. That is far less than what
 * a function has left of its 29 or 30 s, also after a wait of 5 s for somebody else's email, and than the lease.
 */
export const recordPauses = [100, 200, 400, 800, 1600] as const;

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

export interface ClaimRequest {
  readonly kind: EmailKind;
  readonly to: Contact;
  readonly actor: string;
  /** Who claims. The same owner again is the same sender after a crash, and takes its own claim over. */
  readonly owner: string;
}

/** The claim that a request makes at `at`. */
export const claimFor = (request: ClaimRequest, at: Instant, newId: () => string): Claim => ({
  ...request,
  id: newId(),
  at,
  until: plus(at, lease),
});

/**
 * Changes a line by a write that may claim it. If nobody knows whether the write took effect, the claim is given back
 * as well as that can be done; otherwise it runs out, and counts as an email that may have been sent.
 * @throws NamedFault EmailNotSent when the claim could not be written, so that nothing was handed to the mail service
 */
export async function updateWithClaim<Result>(
  key: LineKey,
  decide: (line: StoredLine | undefined) => {
    readonly line?: OrderLine;
    readonly claim?: Claim;
    readonly result: Result;
  },
  { store, log }: Pick<SendServices, 'store' | 'log'>,
): Promise<Result> {
  let claim: Claim | undefined;
  try {
    return await store.update(key, (known) => {
      claim = undefined;
      const decided = decide(known);
      ({ claim } = decided);
      return decided;
    });
  } catch (cause) {
    if (!claim) throw cause;
    await giveBack(key, claim, store).catch((error: unknown) =>
      log.warn('a claim could not be given back', { fault: faultForLog(error) }),
    );
    throw new NamedFault(faultNames.emailNotSent, 'the claim could not be written', { cause });
  }
}

async function giveBack(key: LineKey, { id }: Claim, store: OrderLineStore): Promise<void> {
  await store.update(key, (known) =>
    isBooked(known) ? { line: withoutClaim(known, id), result: undefined } : { result: undefined },
  );
}

export interface SentEmail {
  readonly messageId: string;
  readonly to: string;
  readonly sentAt: Instant;
}

/**
 * Sends the email for a claim that was written before, and records it.
 * @param line the line as it was written with the claim
 *
 * Dying before the mail service accepted leaves a claim that runs out; dying after it may repeat the email, and never
 * loses one. If the mail service refuses, the claim is given back and nothing is counted. What came of the email is
 * recorded with several tries, since it is known nowhere else.
 * @param also what else changes in the same write as the record
 * @throws NamedFault EmailNotSent
 */
export async function sendClaimed(
  line: OrderLine,
  claim: Claim,
  services: SendServices,
  also: (recorded: OrderLine, email: SentEmail) => OrderLine = (recorded) => recorded,
): Promise<{ line: OrderLine; email: SentEmail }> {
  const { store, mail, mailSettings, now, log, metrics } = services;
  let messageId: string;
  try {
    const email = await writeEmail(line, claim, mailSettings);
    messageId = await mail.send(email);
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.name : 'unknown';
    const failure = { at: toInstant(now()), reason };
    await insistently(services, () =>
      store.change(line, (current) => recordFailure(current, claim, failure)),
    ).catch((unrecorded: unknown) =>
      log.error('a failed email was not recorded', { fault: faultForLog(unrecorded) }),
    );
    throw error;
  }
  metrics.add('EmailsSent', { Kind: claim.kind });
  const email: SentEmail = { messageId, to: claim.to.email, sentAt: toInstant(now()) };
  const recorded = await insistently(services, () =>
    store.change(line, (current) => also(recordSent(current, claim, email), email)),
  );
  return { line: recorded, email };
}

/** Does what may be done twice again until it succeeds, or the last try fails. */
async function insistently<Result>(
  { pause, log }: Pick<SendServices, 'pause' | 'log'>,
  record: () => Promise<Result>,
): Promise<Result> {
  for (const milliseconds of recordPauses) {
    try {
      return await record();
    } catch (error) {
      log.warn('the outcome of an email is not recorded yet', { fault: faultForLog(error) });
      await pause(milliseconds);
    }
  }
  return await record();
}
