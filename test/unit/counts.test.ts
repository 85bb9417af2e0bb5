import { handle } from '../../functions/count-lines/handler.ts';
import { tableName } from '../../infra/local/table.ts';
import { recount, type RecountServices, RecountRefused } from '../../infra/recounting.ts';
import { generationOf } from '../../shared/adapters/tally-store.ts';
import {
  partnersRanked,
  type PartnersAnswer,
  type PartnersRequest,
  readPartners,
} from '../../shared/use-cases/read-summary.ts';
import { CountedLines } from '../support/counted-lines.ts';
import { daysAfter, line, now } from '../support/lines.ts';
import type { Around } from '../support/memory-table.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';

const partners = [undefined, 'northwind', 'contoso'];

async function expectRightCounts(world: CountedLines): Promise<void> {
  for (const partnerId of partners) {
    expect(await world.summary(partnerId)).toEqual(world.counted(partnerId));
    expect(await world.insights(partnerId)).toMatchObject(world.countedInsights(partnerId));
  }
}

/** A table whose calls take some turns, and fail now and then, before or after they took effect. */
const unreliable =
  (random: () => number, failing: number): Around =>
  async (_command, call) => {
    for (let turn = Math.floor(random() * 6); turn > 0; turn -= 1) await Promise.resolve();
    const chance = random();
    if (chance < failing / 2) throw new Error('no answer');
    const result = await call();
    if (chance < failing) throw new Error('the answer was lost');
    return result;
  };

const isOdd = (orderId: string) => Number(orderId.at(-1)) % 2 === 1;

let lastId = 0;
const recounting = (world: CountedLines, around?: Around): RecountServices => ({
  dynamoDb: world.table.client(around),
  tableName,
  now: () => new Date(now),
  newId: () => {
    lastId += 1;
    return `id-${lastId}`;
  },
  settle: () => Promise.resolve(),
  pages: { take: () => Promise.resolve() },
  onProgress: () => undefined,
});

test.each(Array.from({ length: 25 }, (_, place) => seed + place))(
  'counts are right to the line, whatever fails or is repeated (%i)',
  async (start) => {
    const random = randomFrom(start);
    const world = new CountedLines();
    for (let step = 0; step < 80; step += 1) world.happen(random);
    const services = world.services(unreliable(random, 0.08));
    const repeating = { random, repeats: 0.2 };
    // Two shards of the stream, each called on its own.
    await Promise.all([
      world.count(world.changes(isOdd), services, repeating),
      world.count(
        world.changes((orderId) => !isOdd(orderId)),
        services,
        repeating,
      ),
    ]);
    await expectRightCounts(world);
    // A new deployment reads the stream from its beginning.
    await world.count(world.changes(), world.services());
    await expectRightCounts(world);
  },
);

/** Calls that end with the call at this place, before or after it took effect, as when the process is killed there. */
function endingAt(place: number, isAfter: boolean) {
  let calls = 0;
  const around: Around = async (_command, call) => {
    calls += 1;
    if (calls > place || (calls === place && !isAfter)) throw new Error('killed');
    const result = await call();
    if (calls === place) throw new Error('killed');
    return result;
  };
  return { around, hasEnded: () => calls >= place };
}

const all = { most: 1000, random: () => 0.99 };

function someWorld(steps: number): CountedLines {
  const random = randomFrom(seed);
  const world = new CountedLines();
  for (let step = 0; step < steps; step += 1) world.happen(random);
  return world;
}

test.each([false, true])(
  'a call that ends anywhere, and is repeated, counts each change once (after the effect: %s)',
  async (isAfter) => {
    for (let place = 1, ended = true; ended; place += 1) {
      const world = someWorld(12);
      const { around, hasEnded } = endingAt(place, isAfter);
      await handle({ Records: [...world.changes()] }, world.services(around));
      ended = hasEnded();
      await world.count(world.changes(), world.services(), all);
      await expectRightCounts(world);
    }
  },
);

test('a tally forgets what the marks of lines say', async () => {
  const world = new CountedLines();
  const orders = Array.from({ length: 30 }, (_, place) => `ORD-${place}`);
  for (const orderId of orders) world.write(line({ orderId }));
  await world.count(world.changes(), world.services(), { most: 1 });
  const noted = [...world.table.items.values()].flatMap(({ counted }) => Object.keys(counted ?? {}));
  // That of the partner and each of the shards of all know of their last change.
  expect(noted.length).toBeLessThanOrEqual(5);
});

describe('the partners', () => {
  const operator = { name: 'operator', roles: new Set(['operator']) };
  const partnersOf = (world: CountedLines, asked: Partial<PartnersRequest> = {}) =>
    readPartners(operator, { beginning: '', skip: 0, ...asked }, world.services());

  async function worldOf(partnerIds: readonly string[]): Promise<CountedLines> {
    const world = new CountedLines();
    for (const [place, partnerId] of partnerIds.entries())
      world.write(line({ orderId: `ORD-${place}`, partnerId }));
    await world.count(world.changes(), world.services());
    return world;
  }

  test('are listed with their counts, by the beginnings of their ids in any case, in pages', async () => {
    const many = Array.from({ length: 60 }, (_, place) => `p-${String(place).padStart(2, '0')}`);
    const world = await worldOf([...many, 'Acme', 'ACME', 'acme.jp', 'line', 'p-00']);
    const ids = async (asked: Parameters<typeof partnersOf>[1]) => {
      const { items, next } = await partnersOf(world, asked);
      return { ids: items.map(({ partnerId }) => partnerId), next };
    };
    expect(await ids({ beginning: 'aCm' })).toEqual({ ids: ['ACME', 'Acme', 'acme.jp'], next: undefined });
    const first = await ids({ beginning: 'P-' });
    expect(first).toEqual({ ids: many.slice(0, 25), next: { skip: 25 } });
    expect(await ids({ beginning: 'P-', skip: 25 })).toEqual({ ids: many.slice(25, 50), next: { skip: 50 } });
    expect(await ids({ beginning: 'P-', skip: 50 })).toEqual({ ids: many.slice(50), next: undefined });

    const { items } = await partnersOf(world, { beginning: 'p-00' });
    expect(items).toEqual([{ partnerId: 'p-00', summary: await world.summary('p-00') }]);
    expect(items[0]?.summary.total).toBe(2);
  });

  test('with the most emails that came back come first, then those whose lines close soonest', async () => {
    const world = await worldOf(['a-quiet', 'b-quiet']);
    const open = [
      ['c-later', 6],
      ['d-soon', 2.5],
      ['e-sooner', 0.5],
      ['f-soonest', 0.5],
      ['f-soonest', 0.6],
      ['g-returned', 6, { email: 'it@example.com', reason: 'mailbox unknown' }],
    ] as const;
    for (const [place, [partnerId, days, ...undeliverable]] of open.entries()) {
      const key = { orderId: `ORD-1${place}`, partnerId, undeliverable };
      world.write(line({ ...key, status: 'AwaitingProvisioningDetails', closesAt: daysAfter(days) }));
    }
    await world.count(world.changes(), world.services());
    const { items, part } = await partnersOf(world);
    expect(items.map(({ partnerId }) => partnerId)).toEqual([
      'g-returned',
      'f-soonest',
      'e-sooner',
      'd-soon',
      'a-quiet',
      'b-quiet',
      'c-later',
    ]);
    expect(part).toBeUndefined();
  });

  test('are put in order part by part if they are too many', async () => {
    const ids = Array.from(
      { length: partnersRanked + 30 },
      (_, place) => `p-${String(place).padStart(3, '0')}`,
    );
    const world = await worldOf(ids);
    const seen: string[] = [];
    const parts: unknown[] = [];
    for (let asked: PartnersAnswer['next'] | undefined = { skip: 0 }; asked;) {
      const { items, part, next } = await partnersOf(world, asked);
      seen.push(...items.map(({ partnerId }) => partnerId));
      parts.push(part);
      asked = next;
    }
    expect(seen).toEqual(ids);
    const [first, last] = [ids.at(0), ids.at(-1)];
    expect(parts).toEqual([
      ...Array.from({ length: 8 }, () => ({ first, last: ids[partnersRanked - 1] })),
      ...Array.from({ length: 2 }, () => ({ first: ids[partnersRanked], last })),
    ]);
  });

  test('of a table of before they were listed are found by a recount, each once', async () => {
    const world = await worldOf(['northwind', 'contoso', 'northwind']);
    for (const [key, { pk }] of world.table.items) if (pk === '#partners') world.table.items.delete(key);
    expect((await partnersOf(world)).items).toEqual([]);
    expect(await recount(recounting(world))).toBe(3);
    expect((await partnersOf(world)).items.map(({ partnerId }) => partnerId)).toEqual([
      'contoso',
      'northwind',
    ]);
  });

  test('are nobody else’s business', async () => {
    const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
    const world = await worldOf(['northwind']);
    await expect(readPartners(caller, { beginning: '', skip: 0 }, world.services())).rejects.toMatchObject({
      code: 'no-access',
    });
  });
});

test('a line that is overdue closes in time; the end of a window counts to the second', async () => {
  const world = new CountedLines();
  const closing = (orderId: string, closesAt: string) =>
    line({ orderId, status: 'AwaitingProvisioningDetails', firstEmailSentAt: daysAfter(-7), closesAt });
  const within = ['2026-11-20T10:00:00.000Z', '2026-11-23T11:59:59.001Z', '2026-11-23T12:00:00.000Z'];
  const later = ['2026-11-23T12:00:00.001Z', '2026-11-25T12:00:00.000Z', '2026-11-25T12:00:00.001Z'];
  for (const [place, closesAt] of [...within, ...later].entries())
    world.write(closing(`ORD-${place}`, closesAt));
  await world.count(world.changes(), world.services());
  expect(await world.summary()).toMatchObject({ closingWithin24h: 3, closingWithin72h: 5, asOf: now });
});

test('tallies of before seconds had names of five digits still count', async () => {
  const world = new CountedLines();
  const closing = (orderId: string, closesAt: string) =>
    line({ orderId, status: 'AwaitingProvisioningDetails', firstEmailSentAt: daysAfter(-7), closesAt });
  const inLaterHours = ['2026-11-25T13:00:00.000Z', '2026-11-25T13:12:34.000Z'];
  for (const [place, closesAt] of inLaterHours.entries()) world.write(closing(`ORD-${place}`, closesAt));
  await world.count(world.changes(), world.services());
  const before = world.changes().length;
  for (const [key, item] of world.table.items)
    world.table.items.set(key, { ...item, ...withShortNames(item['counters']) });
  expect(await world.summary()).toMatchObject({ closingWithin72h: 0 });

  // Both closings move: one within 72 hours, the other within its hour.
  world.write(closing('ORD-0', '2026-11-25T11:00:00.000Z'));
  world.write(closing('ORD-1', '2026-11-25T13:00:00.000Z'));
  await world.count(
    world.changes(() => true, before),
    world.services(),
  );
  expect(await world.summary()).toMatchObject({ closingWithin72h: 1 });
});

const withShortNames = (counters: unknown) =>
  counters === undefined
    ? {}
    : { counters: JSON.parse(JSON.stringify(counters).replaceAll(/"0+(\d+)"/g, '"$1"')) as unknown };

test('no counter has the name of an array index, on which loops over keys lose their compiled code', async () => {
  const world = someWorld(60);
  await world.count(world.changes(), world.services());
  const names = [...world.table.items.values()].flatMap((item) => Object.keys(item['counters'] ?? {}));
  expect(names).toContainEqual(expect.stringMatching(/^\d+$/));
  expect(names.filter((name) => String(Number(name)) === name)).toEqual([]);
});

test('a table of before there were counts: what changes is counted, and a recount finds all', async () => {
  const world = someWorld(60);
  const { length } = world.changes();
  const random = randomFrom(seed + 1);
  for (let step = 0; step < 30; step += 1) world.happen(random);
  await world.count(
    world.changes(() => true, length),
    world.services(),
  );
  for (const count of Object.values((await world.summary()).byStatus))
    expect(count).toBeGreaterThanOrEqual(0);

  expect(await recount(recounting(world))).toBe(world.lines().length);
  await expectRightCounts(world);
  // The stream tells again what the recount has found.
  await world.count(world.changes(), world.services());
  await expectRightCounts(world);
});

test.each(Array.from({ length: 10 }, (_, place) => seed + place))(
  'a recount while lines change comes to the same, and leaves no other counts (%i)',
  async (start) => {
    const random = randomFrom(start);
    const world = new CountedLines();
    for (let step = 0; step < 40; step += 1) world.happen(random);
    await world.count(world.changes(), world.services());
    const uncounted = world.changes().length;
    // A recount knows nothing of a removed line, if it is booked anew before the removal is counted.
    world.rebooks = false;
    for (let step = 0; step < 10; step += 1) world.happen(random);
    const changing: Around = async (command, call) => {
      const result = await call();
      if (command !== 'ScanCommand' && random() < 0.3) world.happen(random);
      return result;
    };
    await recount(recounting(world, changing));
    await world.count(
      world.changes(() => true, uncounted),
      world.services(),
    );
    await expectRightCounts(world);
    const generations = [...world.table.items.values()].map(({ pk }) => generationOf(String(pk)));
    expect(new Set(generations.filter((id) => id !== undefined)).size).toBe(1);
  },
);

test('while it goes on nothing is counted, and another is refused; one that died is made up for', async () => {
  for (let place = 3; ; place += 4) {
    const world = someWorld(20);
    await world.count(world.changes(), world.services());
    const before = await world.summary();
    const { around, hasEnded } = endingAt(place, false);
    const outcome = await recount(recounting(world, around)).catch((error: unknown) => error);
    if (!hasEnded()) break;
    expect(outcome).toEqual(new Error('killed'));
    const seen = await world.summary();
    expect({ ...seen, asOf: now }).toEqual(before);

    const counted = world.changes().length;
    world.write(line({ orderId: 'ORD-9' }));
    const change = world.changes(() => true, counted);
    const answer = await handle({ Records: [...change] }, world.services());
    const isResting = answer.batchItemFailures.length > 0;
    const again = await recount(recounting(world)).catch((error: unknown) => error);
    expect(again instanceof RecountRefused).toBe(isResting);

    const later = daysAfter(1);
    await world.count(change, { ...world.services(), now: () => new Date(later) });
    await expectRightCounts(world);
    await recount({ ...recounting(world), now: () => new Date(later) });
    await expectRightCounts(world);
  }
});
