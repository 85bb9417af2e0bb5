import { limitSpan } from './claims.ts';
import type { KeptAnswer, OrderLine } from './order-line.ts';
import { type Instant, plus } from './time.ts';

/** The maximum number of contact changes without an email whose idempotency keys are kept; the oldest is dropped. */
export const mostQuietChanges = 20;

/** Keeps the outcome of an idempotency key, and drops expired ones. */
export function keepAnswer(line: OrderLine, kept: KeptAnswer): OrderLine {
  const others = line.answers.filter(({ key, at }) => key !== kept.key && plus(at, limitSpan) > kept.at);
  const answers = [...others, kept];
  const tooMany = answers.filter(({ change }) => change).slice(0, -mostQuietChanges);
  return { ...line, answers: answers.filter((answer) => !tooMany.includes(answer)) };
}

/** The outcome of `key` within the last 24 hours. */
export const keptAnswer = (line: OrderLine, key: string, now: Instant): KeptAnswer | undefined =>
  line.answers.find((kept) => kept.key === key && plus(kept.at, limitSpan) > now);
