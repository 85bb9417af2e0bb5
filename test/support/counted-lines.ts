import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { handle, type Services } from '../../functions/count-lines/handler.ts';
import { recordOf } from '../../infra/local/table-stream.ts';
import { parseLine } from '../../shared/adapters/order-line-item.ts';
import type { InsightsAnswer, SummaryAnswer } from '../../shared/contracts/api.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import { insightOf, insightsIn } from '../../shared/domain/insights.ts';
import {
  isBooked,
  isProvisioningPending,
  locales,
  type OrderLine,
  withHistory,
} from '../../shared/domain/order-line.ts';
import { isContactUndeliverable } from '../../shared/domain/rules.ts';
import { plus } from '../../shared/domain/time.ts';
import { cancel, closeOverdue, onboard } from '../../shared/domain/transitions.ts';
import { presentInsight, readInsights } from '../../shared/use-cases/read-insights.ts';
import { readSummary } from '../../shared/use-cases/read-summary.ts';
import { daysAfter, itemOf, line, type LineChanges, now } from './lines.ts';
import { linesOf, tallyStoreOn } from './memory-store.ts';
import { type Around, MemoryTable } from './memory-table.ts';

/** A table in memory whose lines change, with its stream, and the function that counts them. */

const stamp = { at: now, actor: 'commerce.workspace' };
const operator = { name: 'operator', roles: new Set(['operator']) };
let lastEmail = 0;

function withEmail(known: OrderLine, kind: EmailKind, at: string): OrderLine {
  if (known.status === 'Scheduled' && kind !== 'first') return known;
  lastEmail += 1;
  const sent = { type: 'ProvisioningEmailSent', messageId: `m-${lastEmail}`, result: 'Accepted' } as const;
  return withHistory(known, { ...stamp, ...sent, at, kind, to: known.provisioningContact.email });
}

function parsed(item: unknown): OrderLine {
  const line = parseLine(item);
  if (!isBooked(line)) throw new Error('the line is not booked');
  return line;
}

const pick = <Entry>(entries: readonly [Entry, ...Entry[]], random: () => number): Entry =>
  entries[Math.floor(random() * entries.length)] ?? entries[0];

export class CountedLines {
  readonly table = new MemoryTable();
  readonly #stream: { readonly orderId: string; readonly record: DynamoDBRecord }[] = [];
  #lives = 0;
  readonly #removed: OrderLine[] = [];
  /** Whether lines that were removed are booked anew. */
  rebooks = true;

  /** Writes a line, as the next change of the one that is there. */
  write(changed: OrderLine): OrderLine {
    const key = `${changed.orderId} line#${changed.lineId}`;
    const before = this.table.items.get(key);
    const version = Number(before?.['version'] ?? 0) + 1;
    const after = { ...changed, version };
    this.table.put(itemOf(after));
    this.#note(changed.orderId, before, itemOf(after));
    return after;
  }

  remove({ orderId, lineId }: OrderLine): void {
    const key = `${orderId} line#${lineId}`;
    const before = this.table.items.get(key);
    if (!before) return;
    this.table.items.delete(key);
    this.#removed.push(parsed(before));
    this.#note(orderId, before, undefined);
  }

  #note(orderId: string, before: object | undefined, after: object | undefined): void {
    const images = {
      ...(before ? { before: marshall(before, { removeUndefinedValues: true }) } : {}),
      ...(after ? { after: marshall(after, { removeUndefinedValues: true }) } : {}),
    };
    const record = recordOf({ sequence: this.#stream.length, images: JSON.stringify(images) });
    this.#stream.push({ orderId, record });
  }

  lines(): readonly OrderLine[] {
    return linesOf(this.table).filter(isBooked);
  }

  /** The changes of some orders, from a place in the stream on. */
  changes(isWanted: (orderId: string) => boolean = () => true, from = 0): readonly DynamoDBRecord[] {
    return this.#stream
      .slice(from)
      .filter(({ orderId }) => isWanted(orderId))
      .map(({ record }) => record);
  }

  /** Something happens to one of a few lines of a few orders of two partners. */
  happen(random: () => number): void {
    const key = { orderId: `ORD-${Math.floor(random() * 5)}`, lineId: pick(['1', '2'], random) };
    const partnerId = key.orderId < 'ORD-2' ? 'northwind' : 'contoso';
    const known = this.lines().find(
      ({ orderId, lineId }) => orderId === key.orderId && lineId === key.lineId,
    );
    const isGone = this.#removed.some(
      ({ orderId, lineId }) => orderId === key.orderId && lineId === key.lineId,
    );
    if (!known && isGone && !this.rebooks) return;
    if (!known) {
      this.#lives += 1;
      const at = new Date(Date.parse(now) - 1e9 + this.#lives * 1000).toISOString();
      this.write(line({ ...key, partnerId, history: [{ at, type: 'Booked', actor: 'commerce.workspace' }] }));
      return;
    }
    this.write(this.#changed(known, random));
    if (known.status !== 'Scheduled' && known.status !== 'AwaitingProvisioningDetails' && random() < 0.3)
      this.remove(known);
  }

  #changed(known: OrderLine, random: () => number): OrderLine {
    const { orderId, lineId, partnerId, history, undeliverable, provisioningContact } = known;
    const key = { orderId, lineId, partnerId };
    const email = pick(['a@example.com', 'b@example.com'], random);
    const contact = { email, locale: pick(locales, random) };
    switch (pick(['send', 'resend', 'bounce', 'contact', 'onboard', 'cancel', 'close', 'claim'], random)) {
      case 'send': {
        if (known.status !== 'Scheduled') return known;
        const closesAt = plus(now, `PT${Math.floor(random() * 90 * 3600)}.${Math.floor(random() * 999)}S`);
        const sent: LineChanges = { status: 'AwaitingProvisioningDetails', firstEmailSentAt: now, closesAt };
        const firstEmail = withEmail(known, 'first', now);
        return line({ ...key, history: firstEmail.history, undeliverable, provisioningContact, ...sent });
      }
      case 'resend':
        return withEmail(known, pick(['resend', 'reminder', 'contact-change'], random), daysAfter(random()));
      case 'bounce': {
        const bounced = { email: provisioningContact.email, reason: 'no such mailbox' };
        const email = history.findLast((entry) => entry.type === 'ProvisioningEmailSent');
        if (!email) return known;
        const { to, messageId } = email;
        const report = { type: 'ProvisioningEmailFeedback', to, messageId, delivery: 'Bounced' } as const;
        return withHistory({ ...known, undeliverable: [bounced] }, { ...stamp, ...report });
      }
      case 'contact':
        return { ...known, provisioningContact: contact };
      case 'onboard':
        return onboard(
          known,
          { organizationId: 'organization', onboardedAt: pick([now, daysAfter(9)], random) },
          stamp,
        );
      case 'cancel':
        return random() < 0.3 ? cancel(known, now, stamp) : known;
      case 'close':
        return closeOverdue(known, { ...stamp, at: daysAfter(10) });
      default:
        return known;
    }
  }

  /** The function on this table, at `now`; its calls of the table go through `around`. */
  services(around?: Around): Services {
    return {
      tallies: tallyStoreOn(this.table, around),
      deadLetters: { keep: () => Promise.reject(new Error('every change can be read')) },
      now: () => new Date(now),
      pause: () => Promise.resolve(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
  }

  /** Hands changes to the function until it has counted all, so many at once, and some of them again. */
  async count(
    changes: readonly DynamoDBRecord[],
    services: Services,
    { most = 7, random = (): number => 0.5, repeats = 0 } = {},
  ): Promise<void> {
    for (let place = 0; place < changes.length;) {
      const batch = changes.slice(place, place + 1 + Math.floor(random() * most));
      const { batchItemFailures } = await handle({ Records: batch }, services);
      const [failed] = batchItemFailures;
      if (failed) place = changes.findIndex((one) => one.dynamodb?.SequenceNumber === failed.itemIdentifier);
      else if (random() < repeats) place = Math.max(0, place - Math.floor(random() * 20));
      else place += batch.length;
    }
  }

  summary(partnerId?: string): Promise<SummaryAnswer> {
    return readSummary(operator, partnerId, { tallies: tallyStoreOn(this.table), now: () => new Date(now) });
  }

  insights(partnerId?: string): Promise<InsightsAnswer> {
    const query = partnerId === undefined ? {} : { partnerId };
    const tallies = tallyStoreOn(this.table);
    return readInsights(operator, { ...query, to: '2026-12' }, { tallies, now: () => new Date(now) });
  }

  /** The insights, counted one by one: of lines that are there, and of those that were removed. */
  countedInsights(partnerId?: string): Pick<InsightsAnswer, 'items'> {
    const lines = [...this.lines(), ...this.#removed].filter(
      (one) => partnerId === undefined || one.partnerId === partnerId,
    );
    const insights = insightsIn(lines.flatMap((one) => insightOf(one, 'mailed#') ?? []));
    return { items: insights.map(presentInsight) };
  }

  /** The same, counted one by one. */
  counted(partnerId?: string): SummaryAnswer {
    return countedIn(
      this.lines().filter((one) => partnerId === undefined || one.partnerId === partnerId),
      now,
    );
  }
}

/** The summary of lines at a whole second, counted one by one. */
function countedIn(lines: readonly OrderLine[], asOf: string): SummaryAnswer {
  const count = (isCounted: (line: OrderLine) => boolean) => lines.filter(isCounted).length;
  const isAwaiting = ({ status }: OrderLine) => status === 'AwaitingProvisioningDetails';
  const closingBy = (instant: string) =>
    count((one) => isAwaiting(one) && one.closesAt !== undefined && one.closesAt <= instant);
  const of = (status: OrderLine['status']) => count((one) => one.status === status);
  return {
    total: lines.length,
    byStatus: {
      Scheduled: of('Scheduled'),
      AwaitingProvisioningDetails: of('AwaitingProvisioningDetails'),
      Onboarded: of('Onboarded'),
      Closed: of('Closed'),
      Cancelled: of('Cancelled'),
    },
    provisioningPending: count(isProvisioningPending),
    undeliverable: count(
      (one) => (isAwaiting(one) || isProvisioningPending(one)) && isContactUndeliverable(one),
    ),
    closingWithin24h: closingBy(plus(asOf, 'PT24H')),
    closingWithin72h: closingBy(plus(asOf, 'PT72H')),
    asOf,
  };
}
