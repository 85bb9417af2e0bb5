import { type ResendAnswer, resendAnswer } from '../contracts/api.ts';
import { keepAnswer } from '../domain/answers.ts';
import { liveClaim } from '../domain/claims.ts';
import type { Contact, KeptAnswer, LineKey, Locale, OrderLine } from '../domain/order-line.ts';
import { refuseResend, type ResendLimits } from '../domain/rules.ts';
import type { Instant } from '../domain/time.ts';
import type { Permit } from './claim-email.ts';
import { presentLine } from './present-line.ts';
import {
  askForEmail,
  type Asked,
  countRefusal,
  type Decision,
  keptKey,
  type ResendServices,
  type Unmet,
} from './requested-email.ts';

/** An email that left, and the line after it. */
interface Resent extends ResendAnswer {
  readonly outcome: 'sent';
  /** Whether an earlier request with the same idempotency key sent it. */
  readonly isReplayed: boolean;
}

interface AskedResend extends Asked {
  /** The language of this email only; by default, the contact's. */
  readonly locale?: Locale | undefined;
}

/** Sends the provisioning email again. The same idempotency key within 24 hours gets the first answer. */
export async function resend(
  key: LineKey,
  asked: AskedResend,
  services: ResendServices,
): Promise<Resent | Unmet> {
  const { idempotencyKey, locale } = asked;
  const { limits } = services;
  const ownKey = idempotencyKey === undefined ? undefined : keptKey('resend', idempotencyKey);
  /** The first outcome of the key, whoever asked. */
  const first = (line: OrderLine) => answerOf(line.answers.find(({ key: kept }) => kept === ownKey));
  const outcome = await askForEmail<Resent>(
    key,
    asked,
    {
      kind: 'resend',
      decide: (line, at) => decide(line, at, locale, limits),
      replay: (line, kept, at) => replay(line, kept, at, limits),
      keep: (line, email) => {
        if (ownKey === undefined || first(line)) return line;
        const answer = { line: presentLine(line, email.sentAt, limits), email };
        return withFirstAnswer(line, { key: ownKey, at: email.sentAt }, answer);
      },
      sent: (line, email) => ({
        outcome: 'sent',
        isReplayed: false,
        ...(first(line) ?? { line: presentLine(line, email.sentAt, limits), email }),
      }),
    },
    services,
  );
  countRefusal(outcome, services.metrics);
  return outcome;
}

function decide(
  line: OrderLine,
  at: Instant,
  locale: Locale | undefined,
  limits: ResendLimits,
): Decision<Resent> {
  const refusal = refuseResend(line, at, limits);
  if (!refusal) return { sendTo: inLanguage(line.provisioningContact, locale) };
  const refused = { outcome: 'refused', ...refusal } as const;
  return liveClaim(line, at) ? { busy: refused } : { instead: refused };
}

/** The contact, getting an email in that language. */
export const inLanguage = (contact: Contact, locale: Locale | undefined): Contact =>
  locale === undefined ? contact : { ...contact, locale };

/** The first outcome of the key. If only the mail service's report told of the email, the answer is made now. */
function replay(line: OrderLine, kept: KeptAnswer, at: Instant, limits: ResendLimits): Permit<Resent> {
  const first = answerOf(kept);
  const replayed = { outcome: 'sent', isReplayed: true } as const;
  if (first) return { instead: { ...replayed, ...first } };
  if (!kept.email) throw new Error('neither an answer nor an email was kept for an idempotency key');
  const answer = { line: presentLine(line, at, limits), email: kept.email };
  return { instead: { ...replayed, ...answer }, line: withFirstAnswer(line, kept, answer) };
}

/** The first answer to a resend, as it was stored. */
export const answerOf = (kept: KeptAnswer | undefined): ResendAnswer | undefined =>
  kept?.answer === undefined ? undefined : resendAnswer.parse(JSON.parse(kept.answer));

const withFirstAnswer = (line: OrderLine, { key, at }: KeptAnswer, answer: ResendAnswer): OrderLine =>
  keepAnswer(line, { key, at, answer: JSON.stringify(answer) });
