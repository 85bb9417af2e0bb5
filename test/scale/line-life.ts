import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { asStarted } from '../../shared/domain/executions.ts';
import { withClaim } from '../../shared/domain/claims.ts';
import { recordFeedback } from '../../shared/domain/feedback.ts';
import type { Claim, OrderLine } from '../../shared/domain/order-line.ts';
import { nextReminderAt, withClosingSoon, withReminders } from '../../shared/domain/reminders.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { changeToCount, type Share } from '../../shared/domain/tallies.ts';
import { plus } from '../../shared/domain/time.ts';
import { book, closeOverdue, onboard } from '../../shared/domain/transitions.ts';
import { defaults } from '../../infra/settings.ts';
import { itemOf, line } from '../support/lines.ts';

/* What the life of one line takes, from the rules and the workflow's definition themselves. */

/** Write units of each thing that happens to a line. */
export interface WriteUnits {
  readonly book: number;
  readonly start: number;
  /** Its claim and its record. */
  readonly email: number;
  /** Both reports on it. */
  readonly reports: number;
  readonly resend: number;
  /** Its claim, its record and both reports on it; with the last one, that the window ends soon. */
  readonly reminder: number;
  readonly onboard: number;
  readonly close: number;
}

const at = '2026-11-01T09:00:00.000Z';
const stamp = { at, actor: 'commerce.workspace' };

const claimOf = (known: OrderLine, kind: Claim['kind'], id: string): Claim => ({
  id,
  kind,
  owner: 'execution 1',
  to: known.provisioningContact,
  actor: 'workflow',
  at,
  until: at,
});

/** DynamoDB charges a unit for each KB of the larger of both items, and for each entry of an index taken out or put in. */
function unitsOf(before: OrderLine | undefined, after: OrderLine): number {
  const from = before ? itemOf(before) : {};
  const to = itemOf(after);
  const size = Math.max(JSON.stringify(from).length, JSON.stringify(to).length);
  const entries = Object.values(indexes).map(({ partitionKey, sortKey }) => {
    const entryOf = (item: object) => {
      const key = new Map<string, unknown>(Object.entries(item));
      return key.has(partitionKey) ? JSON.stringify([key.get(partitionKey), key.get(sortKey)]) : '';
    };
    const [old, now] = [entryOf(from), entryOf(to)];
    return old === now ? 0 : Number(old !== '') + Number(now !== '');
  });
  return (
    Math.ceil(size / 1024) +
    entries.reduce<number>((sum, count) => sum + count, 0) +
    countUnits(before, after)
  );
}

/** A change that counts writes a small item for each tally that it changes, and the mark of its line. */
function countUnits(before: OrderLine | undefined, after: OrderLine | undefined): number {
  const change = changeToCount(before, after);
  if (!change) return 0;
  const names = [...change.before, ...change.after].map(({ scope, tally }) => ({ scope, tally }));
  const isChanged = ({ scope, tally }: (typeof names)[number]) => {
    const of = (shares: readonly Share[]) =>
      JSON.stringify(shares.find((share) => share.scope === scope && share.tally === tally));
    return of(change.before) !== of(change.after);
  };
  return new Set(names.filter(isChanged).map((name) => JSON.stringify(name))).size + 1;
}

export function writeUnits(): WriteUnits {
  const { version: _, ...booking } = line();
  const booked = withReminders(book(booking, undefined, defaults.offerWindows, stamp), defaults.reminders);
  const started = asStarted(booked, at);
  const claim = claimOf(started, 'first', 'first');
  const claimed = withClaim(started, claim);
  const sent = recordSent(claimed, claim, { messageId: 'first', sentAt: at });
  const told = (known: OrderLine, messageId: string) =>
    recordFeedback(
      known,
      { messageId, delivery: 'Delivered', undeliverable: false },
      { at, actor: 'aws.ses' },
    );
  const delivered = told(sent, 'first');
  const again = claimOf(delivered, 'resend', 'again');
  const claimedAgain = withClaim(delivered, again);
  const resent = recordSent(claimedAgain, again, { messageId: 'again', sentAt: at });
  const remindAt = nextReminderAt(delivered);
  if (delivered.status !== 'AwaitingProvisioningDetails' || remindAt === undefined)
    throw new Error('the line gets no reminder');
  const reminder = { ...claimOf(delivered, 'reminder', 'reminder'), at: remindAt };
  const soon = withClosingSoon(delivered, { at: remindAt, actor: 'workflow' });
  const claimedSoon = withClaim(soon, reminder);
  const reminded = recordSent(claimedSoon, reminder, { messageId: 'reminder', sentAt: remindAt });
  const after = plus(at, 'P60D');
  return {
    book: unitsOf(undefined, booked),
    start: unitsOf(booked, started),
    email: unitsOf(started, claimed) + unitsOf(claimed, sent),
    // The report that it was sent finds it recorded, and writes nothing.
    reports: unitsOf(sent, delivered),
    resend:
      unitsOf(delivered, claimedAgain) +
      unitsOf(claimedAgain, resent) +
      unitsOf(resent, told(resent, 'again')),
    reminder:
      unitsOf(delivered, claimedSoon) +
      unitsOf(claimedSoon, reminded) +
      unitsOf(reminded, told(reminded, 'reminder')),
    onboard: unitsOf(
      delivered,
      onboard(delivered, { organizationId: 'organization', onboardedAt: at }, stamp),
    ),
    close: unitsOf(delivered, closeOverdue(delivered, { at: after, actor: 'workflow' })),
  };
}

const state = z.object({
  Type: z.string(),
  Next: z.string().optional(),
  Choices: z
    .array(
      z.object({ StringEquals: z.string().optional(), IsPresent: z.boolean().optional(), Next: z.string() }),
    )
    .optional(),
  TimeoutSeconds: z.number().optional(),
  Retry: z
    .array(
      z.object({
        ErrorEquals: z.array(z.string()),
        MaxAttempts: z.number(),
        IntervalSeconds: z.number().optional(),
        BackoffRate: z.number().optional(),
        MaxDelaySeconds: z.number().optional(),
      }),
    )
    .optional(),
});
const definition = z
  .object({ StartAt: z.string(), States: z.record(z.string(), state) })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../infra/workflow/order-line.asl.json'), 'utf8')),
  );

/** What the definition says of a line's life, where nothing goes wrong. */
export function workflowFacts() {
  const path: string[] = [];
  for (let name: string | undefined = definition.StartAt; name !== undefined;) {
    path.push(name);
    const here: z.output<typeof state> | undefined = definition.States[name];
    name = here?.Choices?.find(({ StringEquals }) => StringEquals === 'awaiting')?.Next ?? here?.Next;
  }
  const choice = path.find((name) => definition.States[name]?.Type === 'Choice') ?? '';
  const reminding: string[] = [];
  let next = definition.States[choice]?.Choices?.find(({ IsPresent }) => IsPresent)?.Next;
  while (next !== undefined && !reminding.includes(next)) {
    reminding.push(next);
    next = next === choice ? undefined : definition.States[next]?.Next;
  }
  const isTask = (name: string) => definition.States[name]?.Type === 'Task';
  const sending = definition.States[path.find(isTask) ?? ''];
  const retry = sending?.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
  const retrySeconds = Array.from({ length: retry?.MaxAttempts ?? 0 }, (_, attempt) =>
    Math.min(
      (retry?.IntervalSeconds ?? 1) * (retry?.BackoffRate ?? 2) ** attempt,
      retry?.MaxDelaySeconds ?? Infinity,
    ),
  ).reduce((sum, seconds) => sum + seconds, 0);
  return {
    /** Each state that is entered, and the start. */
    transitionsUntilClosed: path.length + 1,
    /** From one wait to the next. */
    transitionsPerReminder: reminding.length,
    /** It is stopped in the wait before the last state. */
    transitionsUntilOnboarded: path.length,
    /** For how long an email may wait before it is handed over again, and for how long a failing one is tried. */
    sendingTimeoutSeconds: sending?.TimeoutSeconds ?? Infinity,
    retrySeconds,
  };
}
