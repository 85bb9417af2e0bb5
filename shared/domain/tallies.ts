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
 * Counts of lines, kept up to date change by change. A tally is a set of counters; what a line adds to which tallies
 * follows from the line alone, so that each change of a line changes them by the difference, and a recount finds the same.
 */

/** The lines of all partners together. No id of a partner has such a sign. */
export const allPartners = '*';

/** Numbers by the name of what they count; a counter that is missing is 0. */
export type Counters = Readonly<Record<string, number>>;

/** What a line adds to one tally. */
export interface Share {
  /** Whose lines the tally counts: those of a partner, or of all. */
  readonly scope: string;
  /** The name of the tally among those of its scope. */
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

/** What is left of a line in the tallies once it was removed. */
const sharesLeftBy = (line: OrderLine): readonly Share[] =>
  [line.partnerId, allPartners].flatMap((scope) => lastingShares(scope, line, insightStarts.removed));

function lastingShares(scope: string, line: OrderLine, start: InsightStart): readonly Share[] {
  const insight = insightOf(line, start);
  return insight ? [{ scope, ...insight }] : [];
}

/** Whether a tally is of lines that were removed: no recount finds them. */
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

/** A line counts for the second by whose end its window has ended. */
function closingShare(closesAt: Instant): Omit<Share, 'scope'> {
  const second = Math.ceil(Date.parse(closesAt) / 1000);
  const { tally, first } = hourOf(second);
  return { tally, counters: { [second - first]: 1 } };
}

const secondsOfHour = 3600;

/** The tally of lines that close in the hour of a second since 1970, and the first second of that hour. */
function hourOf(second: number): { readonly tally: string; readonly first: number } {
  const first = second - (second % secondsOfHour);
  return { tally: closingStart + toInstant(new Date(first * 1000)).slice(0, 'YYYY-MM-DDThh'.length), first };
}

/** When nobody needs a tally any more: what has ended by now is not looked for. Undefined: it stays. */
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

/** The whole second before an instant: summaries are of one. */
export const summarizedAt = (now: Instant): Instant =>
  toInstant(new Date(Math.floor(Date.parse(now) / 1000) * 1000));

/** The first tally that a summary needs; the last one is `linesTally`. */
export const firstSummarized = (asOf: Instant): string => hourOf(secondOf(plus(asOf, 'PT24H'))).tally;

const secondOf = (instant: Instant): number => Date.parse(instant) / 1000;

/**
 * The summary at a whole second, from the tallies of a scope, one for each of its shards, from `firstSummarized` on. Of
 * the lines whose window runs, those close in time that do not close later: so lines that are overdue count, too, however
 * long.
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

/** Tallies of one scope are not read at one instant: a line that leaves one meanwhile may be missing in the other. */
const atLeastNone = (count: number): number => Math.max(0, count);

/**
 * Says how far the changes of a line are counted; later ones sort after it. A line that was removed and is booked anew
 * begins a new life, with versions from 1 on.
 */
export type Mark = string;

export const markOf = (line: OrderLine): Mark => `${lifeOf(line)}#${String(line.version).padStart(12, '0')}`;

/** The mark after the last change of a life. */
const removalMark = (line: OrderLine): Mark => lifeOf(line) + removalEnd;
const removalEnd = '#~';

/** Whether a mark says that its line was removed. */
export const isRemovalMark = (mark: Mark): boolean => mark.endsWith(removalEnd);

/** When the line was booked: the first entry of a history stays the first. */
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
 * What is left of the changes of a line to count into a tally; undefined if nothing is.
 * @param changes all of the line that are at hand, in order
 * @param counted how far they are counted there; undefined: the line is not, whatever it was before
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

/** The sum of both; what comes to 0 is left out. */
export function plusCounters(a: Counters, b: Counters): Counters {
  const sums = Object.entries(b).map(([name, count]) => [name, (a[name] ?? 0) + count] as const);
  const all = Object.entries({ ...a, ...Object.fromEntries(sums) });
  return Object.fromEntries(all.filter(([, count]) => count !== 0));
}

const minusCounters = (a: Counters, b: Counters): Counters =>
  plusCounters(a, Object.fromEntries(Object.entries(b).map(([name, count]) => [name, -count])));
