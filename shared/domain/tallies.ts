import { insightOf, type InsightStart, insightStarts } from './insights.ts';
import { isContactUndeliverable } from './rules.ts';
import {
  isBooked,
  isProvisioningPending,
  type LineKey,
  type LineStatus,
  lineStatuses,
  type OrderLine,
  type StoredLine,
} from './order-line.ts';
import { type Instant, plus, toInstant } from './time.ts';

/*
 * Counts of lines, updated with every change. A tally is a set of counters. What a line adds to which tallies follows
 * from the line alone, so each change updates them by the difference, and a recount finds the same.
 */

/** All partners' lines together. No partner id contains this character. */
export const allPartners = '*';

/** Numbers by the name of what they count; a missing counter is 0. */
export type Counters = Readonly<Record<string, number>>;

/** What a line adds to one tally. */
export interface Share {
  /** Whose lines the tally counts: a partner's, or all. */
  readonly scope: string;
  /** The name of the tally within its scope. */
  readonly tally: string;
  readonly counters: Counters;
}

/** The tally of how many lines there are of each kind. */
export const linesTally = 'lines';
const pending = 'pending';
const undeliverable = 'undeliverable';

/** Names the tallies of open lines by the hour in which they close; sorts before `linesTally`. */
const closingStart = 'closing#';

/** What a line adds to the tallies; nothing before it is booked. */
export const sharesOf = (line: StoredLine | undefined): readonly Share[] =>
  isBooked(line)
    ? [line.partnerId, allPartners].flatMap((scope) => [
        { scope, tally: linesTally, counters: kindsOf(line) },
        ...closingOf(line).map((share) => ({ scope, ...share })),
        ...lastingShares(scope, line, insightStarts.there),
      ])
    : [];

/** What remains of a removed line in the tallies. */
const sharesLeftBy = (line: OrderLine): readonly Share[] =>
  [line.partnerId, allPartners].flatMap((scope) => lastingShares(scope, line, insightStarts.removed));

function lastingShares(scope: string, line: OrderLine, start: InsightStart): readonly Share[] {
  const insight = insightOf(line, start);
  return insight ? [{ scope, ...insight }] : [];
}

/** Whether a tally is of removed lines, which no recount finds. */
export const isOfRemovedLines = (tally: string): boolean => tally.startsWith(insightStarts.removed);

function kindsOf(line: OrderLine): Counters {
  const isPending = isProvisioningPending(line);
  const isUnsettled = line.status === 'AwaitingProvisioningDetails' || isPending;
  return {
    [line.status]: 1,
    ...(isPending ? { [pending]: 1 } : {}),
    ...(isUnsettled && isContactUndeliverable(line) ? { [undeliverable]: 1 } : {}),
  };
}

const closingOf = (line: OrderLine): readonly Omit<Share, 'scope'>[] =>
  line.status === 'AwaitingProvisioningDetails' ? [closingShare(line.closesAt)] : [];

/** A line counts in the first whole second by which its window has ended. */
function closingShare(closesAt: Instant): Omit<Share, 'scope'> {
  const second = Math.ceil(Date.parse(closesAt) / 1000);
  const { tally, first } = hourOf(second);
  return { tally, counters: { [nameOfSecond(second - first)]: 1 } };
}

/**
 * The name of a second of an hour among counters; older tallies have it without the zeros. They keep it from being an
 * array index: where an object with such keys has come by, V8 compiles a loop over keys again and again, only to discard
 * the code at the next object. The AWS SDK serializes every item in such loops.
 */
const nameOfSecond = (second: number): string => String(second).padStart(5, '0');

const secondsOfHour = 3600;

/** The tally of lines that close in the hour of a second since 1970, and the first second of that hour. */
function hourOf(second: number): { readonly tally: string; readonly first: number } {
  const first = second - (second % secondsOfHour);
  return { tally: closingStart + toInstant(new Date(first * 1000)).slice(0, 'YYYY-MM-DDThh'.length), first };
}

/** When a tally becomes useless, because nobody asks for lines that closed before now; undefined: never. */
export const obsoleteSince = (tally: string): Instant | undefined =>
  tally.startsWith(closingStart) ? `${tally.slice(closingStart.length)}:59:59.000Z` : undefined;

/** How many lines there are of each kind. */
export interface Summary {
  readonly total: number;
  readonly byStatus: Readonly<Record<LineStatus, number>>;
  readonly provisioningPending: number;
  readonly undeliverable: number;
  readonly closingWithin24h: number;
  readonly closingWithin72h: number;
  readonly asOf: Instant;
}

/** The whole second before an instant: summaries are for whole seconds. */
export const summarizedAt = (now: Instant): Instant =>
  toInstant(new Date(Math.floor(Date.parse(now) / 1000) * 1000));

/** The first tally that a summary needs; the last one is `linesTally`. */
export const firstSummarized = (asOf: Instant): string => hourOf(secondOf(plus(asOf, 'PT24H'))).tally;

const secondOf = (instant: Instant): number => Date.parse(instant) / 1000;

/**
 * The summary for a whole second, from the tallies of a scope, one for each of its shards, from `firstSummarized` on.
 * Of the lines in their window, the ones closing in time are those that do not close later, so overdue lines count,
 * too, however late.
 */
export function summaryOf(
  tallies: readonly { readonly tally: string; readonly counters: Counters }[],
  asOf: Instant,
): Summary {
  const lines = tallies.filter(({ tally }) => tally === linesTally);
  const closings = tallies.filter(({ tally }) => tally.startsWith(closingStart));
  const count = (counter: string): number =>
    atLeastNone(lines.reduce((sum, { counters }) => sum + (counters[counter] ?? 0), 0));
  const closingAfter = (instant: Instant): number =>
    closings.reduce((sum, { tally, counters }) => {
      const hour = secondOf(`${tally.slice(closingStart.length)}:00:00.000Z`);
      const later = Object.entries(counters).filter(([second]) => hour + Number(second) > secondOf(instant));
      return sum + later.reduce((ofHour, [, lines]) => ofHour + lines, 0);
    }, 0);
  const byStatus = {
    Scheduled: count('Scheduled'),
    AwaitingProvisioningDetails: count('AwaitingProvisioningDetails'),
    Onboarded: count('Onboarded'),
    Closed: count('Closed'),
    Cancelled: count('Cancelled'),
  };
  const closingBy = (instant: Instant): number =>
    atLeastNone(byStatus.AwaitingProvisioningDetails - closingAfter(instant));
  return {
    total: lineStatuses.reduce((sum, status) => sum + byStatus[status], 0),
    byStatus,
    provisioningPending: count(pending),
    undeliverable: count(undeliverable),
    closingWithin24h: closingBy(plus(asOf, 'PT24H')),
    closingWithin72h: closingBy(plus(asOf, 'PT72H')),
    asOf,
  };
}

/** The tallies of a scope are not read at the same instant: a line that leaves one may be missing in the other. */
const atLeastNone = (count: number): number => Math.max(0, count);

/**
 * How far the changes of a line are counted; later marks sort after earlier ones. A line that is booked again after its
 * removal begins a new life, with versions from 1.
 */
export type Mark = string;

export const markOf = (line: OrderLine): Mark => `${lifeOf(line)}#${String(line.version).padStart(12, '0')}`;

/** The mark after the last change of a life. */
const removalMark = (line: OrderLine): Mark => lifeOf(line) + removalEnd;
const removalEnd = '#~';

/** Whether a mark says that its line was removed. */
export const isRemovalMark = (mark: Mark): boolean => mark.endsWith(removalEnd);

/** When the line was booked: the first entry of a history always stays. */
const lifeOf = ({ history }: OrderLine): string => history[0]?.at ?? '';

/** A change of a line that may change tallies. */
export interface CountedChange {
  readonly line: LineKey;
  readonly mark: Mark;
  readonly isRemoval: boolean;
  readonly before: readonly Share[];
  readonly after: readonly Share[];
}

/**
 * A change of a line as it is counted; undefined if it changes no tally.
 * @param after undefined: the line was removed
 */
export function changeToCount(
  before: StoredLine | undefined,
  after: StoredLine | undefined,
): CountedChange | undefined {
  const line = isBooked(after) ? after : isBooked(before) ? before : undefined;
  if (!line) return undefined;
  const isRemoval = !isBooked(after);
  const shares = { before: sharesOf(before), after: isRemoval ? sharesLeftBy(line) : sharesOf(after) };
  if (JSON.stringify(shares.before) === JSON.stringify(shares.after)) return undefined;
  return { line, mark: isRemoval ? removalMark(line) : markOf(line), isRemoval, ...shares };
}

/**
 * What remains of a line's changes to count into a tally; undefined if nothing does.
 * @param changes all known changes of the line, in order
 * @param counted how far they are counted there; undefined: the line is not counted there, whatever it was before
 */
export function leftToCount(
  { scope, tally }: Pick<Share, 'scope' | 'tally'>,
  changes: readonly CountedChange[],
  counted: Mark | undefined,
): { readonly counters: Counters; readonly mark: Mark } | undefined {
  const share = (shares: readonly Share[]): Counters =>
    shares.find((one) => one.scope === scope && one.tally === tally)?.counters ?? {};
  let mark = counted;
  let counters: Counters = {};
  for (const change of changes) {
    if (mark !== undefined && change.mark <= mark) continue;
    const from = mark === undefined ? {} : share(change.before);
    counters = plusCounters(minusCounters(counters, from), share(change.after));
    mark = change.mark;
  }
  return mark === undefined || Object.keys(counters).length === 0 ? undefined : { counters, mark };
}

/** The sum of both; zeros are left out. */
export function plusCounters(a: Counters, b: Counters): Counters {
  const sums = Object.entries(b).map(([name, count]) => [name, (a[name] ?? 0) + count] as const);
  const all = Object.entries({ ...a, ...Object.fromEntries(sums) });
  return Object.fromEntries(all.filter(([, count]) => count !== 0));
}

const minusCounters = (a: Counters, b: Counters): Counters =>
  plusCounters(a, Object.fromEntries(Object.entries(b).map(([name, count]) => [name, -count])));
