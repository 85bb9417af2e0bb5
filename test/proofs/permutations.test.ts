import type { LineAnswer } from '../../shared/contracts/api.ts';
import { type BusEvent, type Client, client, type SentEmail } from '../support/client.ts';
import {
  booked,
  cancelled,
  daysAfter,
  newOrder,
  onboarded,
  partner,
  rescheduled,
} from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';

type Kind = 'booked' | 'onboarded' | 'cancelled' | 'rescheduled';

const permutations = (kinds: readonly Kind[]): Kind[][] =>
  kinds.length === 0
    ? [[]]
    : kinds.flatMap((first) =>
        permutations(kinds.filter((kind) => kind !== first)).map((rest) => [first, ...rest]),
      );

const orders = [
  ...permutations(['booked', 'onboarded', 'cancelled', 'rescheduled']),
  ...permutations(['booked', 'onboarded', 'cancelled']),
  ...permutations(['booked', 'onboarded', 'rescheduled']),
  ...permutations(['booked', 'cancelled', 'rescheduled']),
  ...permutations(['booked', 'onboarded']),
  ...permutations(['booked', 'cancelled']),
  ...permutations(['booked', 'rescheduled']),
];

type Round = readonly Kind[];
const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

/** The ways in which events come more than once: in rounds, each handled before the next begins. */
const deliveries: Readonly<Record<string, (order: readonly Kind[]) => Round[]>> = {
  'each once': (order) => order.map((kind) => [kind]),
  'each twice': (order) => order.flatMap((kind) => times(2, [kind])),
  'each three times': (order) => order.flatMap((kind) => times(3, [kind])),
  'each twice at the same moment': (order) => order.map((kind) => times(2, kind)),
  'each three times at the same moment': (order) => order.map((kind) => times(3, kind)),
  'all of them twice': (order) => times(2, order).flatMap((kinds) => kinds.map((kind) => [kind])),
  'all of them three times': (order) => times(3, order).flatMap((kinds) => kinds.map((kind) => [kind])),
};

const cases = orders.map((order) => ({ name: order.join(', '), order }));
const lines = cases.flatMap(({ name, order }) =>
  Object.entries(deliveries).map(([delivery, rounds]) => ({
    name,
    delivery,
    orderId: newOrder(),
    rounds: rounds(order),
  })),
);
const mostRounds = Math.max(...lines.map(({ rounds }) => rounds.length));

/** What a line must end in: what came before the booking holds from the start, so no email goes out. */
function expected(order: readonly Kind[], laterStart: string) {
  const early = order.slice(0, order.indexOf('booked'));
  const isMoved = early.includes('rescheduled');
  const isCancelled = order.includes('cancelled');
  const isOnboarded = order.includes('onboarded');
  const emails = early.length === 0 ? 1 : 0;
  const [status, refused] = isCancelled
    ? ['Cancelled', 'cancelled']
    : isOnboarded
      ? ['Onboarded', 'point-of-no-return']
      : isMoved
        ? ['Scheduled', 'not-started']
        : ['AwaitingProvisioningDetails', undefined];
  return {
    status,
    refused,
    isCancelled,
    isOnboarded,
    emails,
    requestedStartDate: isMoved ? laterStart : '2026-01-01T00:00:00.000Z',
    history: [
      'Booked',
      ...(isCancelled ? ['Cancelled'] : []),
      ...(isOnboarded ? ['Onboarded'] : []),
      ...(emails === 1 ? ['ProvisioningEmailFeedback', 'ProvisioningEmailSent'] : []),
      ...(order.includes('rescheduled') ? ['Rescheduled'] : []),
    ],
  };
}

interface Seen {
  readonly line: LineAnswer;
  readonly history: readonly (string | undefined)[];
  readonly emails: readonly SentEmail[];
}

describe('events that come in any order, and more than once', () => {
  let service: Service;
  let calls: Client;
  let token: string;
  let laterStart: string;
  const afterEvents = new Map<string, Seen>();
  const inTheEnd = new Map<string, Seen>();

  async function look(seen: Map<string, Seen>): Promise<void> {
    const emails = Map.groupBy(await calls.emails(), ({ tags }) => tags.orderId);
    for (const { orderId } of lines) {
      const { body } = await calls.line(token, orderId);
      const history = (await calls.history(token, orderId)).map(({ type }) => type).sort();
      seen.set(orderId, { line: body, history, emails: emails.get(orderId) ?? [] });
    }
  }

  beforeAll(async () => {
    service = await startService();
    calls = client(service.url);
    token = await calls.token({ partnerId: partner, roles: ['resend'] });
    laterStart = daysAfter(await calls.now(), 5);
    const event: Record<Kind, (orderId: string) => BusEvent> = {
      booked: (orderId) => booked(orderId),
      cancelled: (orderId) => cancelled(orderId),
      onboarded: (orderId) => onboarded(orderId),
      rescheduled: (orderId) => rescheduled(orderId, laterStart, '2025-12-01T00:00:00Z'),
    };
    for (let round = 0; round < mostRounds; round += 1) {
      const due = lines.flatMap(({ orderId, rounds }) =>
        (rounds[round] ?? []).map((kind) => event[kind](orderId)),
      );
      await calls.send(...due);
    }
    await look(afterEvents);
    await calls.advance('P40D');
    await look(inTheEnd);
  });

  afterAll(async () => {
    await service.stop();
  });

  const results = (seen: Map<string, Seen>, name: string, pick: (seen: Seen) => unknown) =>
    lines
      .filter((line) => line.name === name)
      .map(({ delivery, orderId }) => {
        const found = seen.get(orderId);
        return [delivery, found && pick(found)];
      });

  const always = (value: unknown) => Object.keys(deliveries).map((delivery) => [delivery, value]);

  it.each(cases)('$name: the line ends in the same state however often they come', ({ name, order }) => {
    const { status, refused, isCancelled, isOnboarded, requestedStartDate } = expected(order, laterStart);
    const shown = results(afterEvents, name, ({ line }) => ({
      status: line.status,
      refused: line.resend.reason,
      isCancelled: line.cancelledAt !== undefined,
      isOnboarded: line.onboardedAt !== undefined,
      requestedStartDate: line.requestedStartDate,
    }));
    expect(shown).toEqual(always({ status, refused, isCancelled, isOnboarded, requestedStartDate }));
  });

  it.each(cases)('$name: the contact gets the email once, or not at all', ({ name, order }) => {
    const { emails } = expected(order, laterStart);
    expect(results(afterEvents, name, (seen) => seen.emails.length)).toEqual(always(emails));
  });

  it.each(cases)('$name: each is in the history once', ({ name, order }) => {
    const { history } = expected(order, laterStart);
    expect(results(afterEvents, name, (seen) => seen.history)).toEqual(always(history));
  });

  it.each(cases)(
    '$name: start date and window pass by a settled line, and close an open one',
    ({ name, order }) => {
      const { status, isCancelled, isOnboarded, emails } = expected(order, laterStart);
      const isSettled = isCancelled || isOnboarded;
      const shown = results(inTheEnd, name, (seen) => ({
        status: seen.line.status,
        emails: seen.emails.length,
      }));
      // The first email, and two days before the end a reminder.
      expect(shown).toEqual(always(isSettled ? { status, emails } : { status: 'Closed', emails: 2 }));
    },
  );

  it('no event is refused or given up', async () => {
    expect(await calls.deadLetters()).toEqual([]);
  });
});
