import { defaults } from '../../infra/settings.ts';
import { prices } from './aws.ts';
import { storedBytes, workflowFacts } from './line-life.ts';
import { eventsOfEmail, eventsOfLine, type Outcome, unitsOfDigest } from './model.ts';

/*
 * What lines cost: the quantities that AWS charges for, each at its price. The guide's table is made of this. Whatever
 * comes to a line's life adds to a quantity here, or is a part of its own.
 */

/** What one line takes of what neither the rules nor the definition tell, in the life of most. */
const perLine = {
  /** Consistent reads of items up to 4 kB are one, the others half of one: booking, sending, reports, settling, pages. */
  readUnits: 14,
  /** Of counting: the marks of the lines that changed, and the tallies that take them in. */
  readUnitsOfCounts: 16,
  /** Of its way through the queues of its events and of first emails: sent, and received and deleted with nine others. */
  queueRequests: 8,
  /** Requests of people and other systems. */
  apiRequests: 5,
  /** Calls of functions, with half a GB each on average; many handle several events. */
  calls: 10,
  secondsOfCall: 0.11,
  /** Executions, calls and requests. AWS takes one of each a second and a twentieth of the rest: few of many. */
  traces: 3.2,
  /** What functions and the API log. */
  logBytes: 9000,
  /** What Step Functions logs of a state that is entered and left. */
  logBytesOfTransition: 1300,
  /** Booked, and onboarded or cancelled. */
  eventsIn: 2,
  /** Of these and of the reports on emails, kept for replay. */
  archivedBytes: 6000,
  /** USD for 1,000 events out that find that their partner has no webhook: a message, a read unit, a share of a call. */
  webhooks: 0.0014,
};

/** What one digest takes beside its email and its write units. */
const perDigest = { readUnits: 12, gigabyteSeconds: 0.15 };

/** USD for 1,000 events that are put before a webhook: write units, and messages of a queue. */
const thousandDeliveries = 0.003;

const gigabyte = 1e9;

/** For how many months what is left of a line is kept. */
const monthsKept = (defaults.settledLineDays * 12) / 365;

/** What a deployment may do without, and most lines of many do. */
export const extras = ['reminders', 'copies', 'digests', 'webhooks'] as const;

/** A part of the cost of 1,000 lines, in USD. */
export interface Cost {
  readonly what: string;
  readonly dollars: number;
  /** What this is for; missing where no line does without. */
  readonly extra?: (typeof extras)[number];
}

export function costsOf({ perThousand: many }: Outcome): readonly Cost[] {
  const { transitionsUntilClosed, transitionsUntilOnboarded } = workflowFacts();
  const stored = storedBytes();
  const of = (quantity: number, price: number, unit: number) => (1000 * quantity * price) / unit;
  const emails = many.emails / 1000;
  const eventsOut = eventsOfLine + eventsOfEmail * emails;
  const count = (value: number) => value.toFixed(0);
  const { reminders, copies, digests, deliveries } = many;
  return [
    {
      what: `state transitions: ${transitionsUntilClosed} for a line that closes, ${transitionsUntilOnboarded} for one that is onboarded`,
      dollars: (many.transitions / 1000) * prices.thousandTransitions,
    },
    {
      what: `SES: ${many.emails.toLocaleString('en')} emails`,
      dollars: emails * prices.thousandEmails,
    },
    {
      what: `table: ${count(many.writeUnits / 1000)} write units a line, ${count(many.indexUnits / 1000)} of them for its indexes, and ${perLine.readUnits} read units`,
      dollars:
        (many.writeUnits / 1e6) * prices.millionWriteUnits +
        of(perLine.readUnits, prices.millionReadUnits, 1e6),
    },
    {
      what: `counts: ${count(many.countUnits / 1000)} write units a line and ${perLine.readUnitsOfCounts} read units`,
      dollars:
        (many.countUnits / 1e6) * prices.millionWriteUnits +
        of(perLine.readUnitsOfCounts, prices.millionReadUnits, 1e6),
    },
    {
      what: `table: storage of ${(stored.item / 1000).toFixed(1)} kB a line and ${(stored.entries / 1000).toFixed(1)} in its indexes, with point-in-time recovery`,
      dollars:
        monthsKept *
        (of(stored.item + stored.entries, prices.gigabyteStored, gigabyte) +
          of(stored.item, prices.gigabyteRecoverable, gigabyte)),
    },
    {
      what: 'traces; few when there are many calls a second',
      dollars: of(perLine.traces, prices.millionTraces, 1e6),
    },
    {
      what: `logs: ${count(logBytes(many.transitions / 1000) / 1000)} kB a line, ${count((perLine.logBytesOfTransition * many.transitions) / 1e6)} of it the events of its execution`,
      dollars: of(logBytes(many.transitions / 1000), prices.gigabyteLogged, gigabyte),
    },
    {
      what: `Lambda: ${perLine.calls} calls a line`,
      dollars:
        of(perLine.calls, prices.millionCalls, 1e6) +
        of((perLine.calls * perLine.secondsOfCall) / 2, prices.millionGigabyteSeconds, 1e6),
    },
    {
      what: `API Gateway: ${perLine.apiRequests} requests a line`,
      dollars: of(perLine.apiRequests, prices.millionApiRequests, 1e6),
    },
    {
      what: `SQS: ${perLine.queueRequests} requests a line`,
      dollars: of(perLine.queueRequests, prices.millionQueueRequests, 1e6),
    },
    {
      what: `EventBridge: ${perLine.eventsIn} events in, with the archives, and ${eventsOut.toFixed(1)} events out`,
      dollars:
        of(perLine.eventsIn + eventsOut, prices.millionEvents, 1e6) +
        of(perLine.archivedBytes, prices.gigabyteArchived, gigabyte),
    },
    {
      what: `finding that the partner of ${eventsOut.toFixed(1)} events a line has none`,
      dollars: eventsOut * perLine.webhooks,
    },
    {
      extra: 'reminders',
      what: `reminders: ${each(reminders.emails)} a line, each an email with ${(reminders.transitions / reminders.emails).toFixed(0)} state transitions and ${(reminders.writeUnits / reminders.emails).toFixed(0)} write units`,
      dollars:
        (reminders.emails / 1000) * prices.thousandEmails +
        (reminders.transitions / 1000) * prices.thousandTransitions +
        (reminders.writeUnits / 1e6) * prices.millionWriteUnits +
        (reminders.events / 1e6) * prices.millionEvents,
    },
    {
      extra: 'copies',
      what: `copies: ${each(copies.emails)} a line, each an email with ${(copies.writeUnits / copies.emails).toFixed(0)} write units`,
      dollars:
        (copies.emails / 1000) * prices.thousandEmails + (copies.writeUnits / 1e6) * prices.millionWriteUnits,
    },
    {
      extra: 'digests',
      what: `daily digests: ${count(digests)}, each an email with ${unitsOfDigest} write units and ${perDigest.readUnits} read units`,
      dollars:
        (digests / 1000) * prices.thousandEmails +
        ((digests * unitsOfDigest) / 1e6) * prices.millionWriteUnits +
        ((digests * perDigest.readUnits) / 1e6) * prices.millionReadUnits +
        ((digests * perDigest.gigabyteSeconds) / 1e6) * prices.millionGigabyteSeconds,
    },
    {
      extra: 'webhooks',
      what: `webhooks: ${(deliveries / 1000).toFixed(1)} events a line are put before one`,
      dollars: (deliveries / 1000) * thousandDeliveries,
    },
  ];
}

/** So many of 1,000 lines, for each of them. */
const each = (ofThousand: number): string => (ofThousand / 1000).toFixed(2);

const logBytes = (transitions: number): number =>
  perLine.logBytes + perLine.logBytesOfTransition * transitions;

const sumOf = (costs: readonly Cost[]): number => costs.reduce((sum, { dollars }) => sum + dollars, 0);

/** USD for 1,000 lines, with all that the population uses. */
export const costOf = (outcome: Outcome): number => sumOf(costsOf(outcome));

/** The same without what a deployment may do without. */
export const baseCostOf = (outcome: Outcome): number =>
  sumOf(costsOf(outcome).filter(({ extra }) => extra === undefined));
