import type { Mail } from '../adapters/mail.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import {
  type Claim,
  type Contact,
  type EmailKind,
  type OrderLine,
  recordFailure,
  recordSent,
} from '../domain/order-line.ts';
import { type Instant, plus, toInstant } from '../domain/time.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { writeEmail } from '../emails/write-email.ts';

/**
 * How long a claim keeps others from sending. Longer than any function that sends may run (30 s), so that a live
 * sender never loses its claim.
 */
const lease = 'PT45S';

export interface SendServices {
  readonly store: OrderLineStore;
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
  readonly now: () => Date;
  readonly newId: () => string;
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
 * loses one. If the mail service refuses, the claim is given back and nothing is counted.
 * @param also what else changes in the same write as the record
 * @throws NamedFault EmailNotSent
 */
export async function sendClaimed(
  line: OrderLine,
  claim: Claim,
  services: SendServices,
  also: (recorded: OrderLine, email: SentEmail) => OrderLine = (recorded) => recorded,
): Promise<{ line: OrderLine; email: SentEmail }> {
  const { store, mail, mailSettings, now, metrics } = services;
  let messageId: string;
  try {
    const email = await writeEmail(line, claim, mailSettings);
    messageId = await mail.send(email);
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.name : 'unknown';
    await store.change(line, (current) => recordFailure(current, claim, { at: toInstant(now()), reason }));
    throw error;
  }
  metrics.add('EmailsSent', { Kind: claim.kind });
  const email: SentEmail = { messageId, to: claim.to.email, sentAt: toInstant(now()) };
  const recorded = await store.change(line, (current) => also(recordSent(current, claim, email), email));
  return { line: recorded, email };
}
