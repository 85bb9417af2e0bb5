import { limitSpan } from './claims.ts';
import type { KeptAnswer, OrderLine } from './order-line.ts';
import { type Instant, plus } from './time.ts';

/** How many contact changes without an email are kept for their idempotency keys; the oldest is dropped. */
export const mostQuietChanges = 20;

/** Keeps the outcome of an idempotency key, and drops those that have expired. */
export function keepAnswer(line: OrderLine, kept: KeptAnswer): OrderLine {
  const others = line.answers.filter(({ key, at }) => key !== kept.key && plus(at, limitSpan) > kept.at);
  const answers = [...others, kept];
  const tooMany = answers.filter(({ change }) => change).slice(0, -mostQuietChanges);
  return { ...line, answers: answers.filter((answer) => !tooMany.includes(answer)) };
}

/** The outcome of `key` within the last 24 hours. */
export const keptAnswer = (line: OrderLine, key: string, now: Instant): KeptAnswer | undefined =>
  line.answers.find((kept) => kept.key === key && plus(kept.at, limitSpan) > now);
