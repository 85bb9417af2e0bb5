import { limitSpan } from './claims.ts';
import type { KeptAnswer, OrderLine } from './order-line.ts';
import { type Instant, plus } from './time.ts';

/** How many changes of contact without an email are kept for their keys; the one kept longest makes room. */
export const mostQuietChanges = 20;

/** Keeps what an idempotency key came to, and forgets those whose time is over. */
export function keepAnswer(line: OrderLine, kept: KeptAnswer): OrderLine {
  const others = line.answers.filter(({ key, at }) => key !== kept.key && plus(at, limitSpan) > kept.at);
  const answers = [...others, kept];
  const tooMany = answers.filter(({ change }) => change).slice(0, -mostQuietChanges);
  return { ...line, answers: answers.filter((answer) => !tooMany.includes(answer)) };
}

/** What `key` came to within the last 24 hours. */
export const keptAnswer = (line: OrderLine, key: string, now: Instant): KeptAnswer | undefined =>
  line.answers.find((kept) => kept.key === key && plus(kept.at, limitSpan) > now);
