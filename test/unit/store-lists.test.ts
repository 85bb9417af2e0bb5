import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import type { ListRequest } from '../../shared/adapters/line-lists.ts';
import { partnerShards } from '../../shared/adapters/order-line-item.ts';
import { orderLineStore, type OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { ListAnswer } from '../../shared/contracts/api.ts';
import { isBooked, type LineKey, type LineStatus, type OrderLine } from '../../shared/domain/order-line.ts';
import { onboard } from '../../shared/domain/transitions.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import type { Caller } from '../../shared/use-cases/access.ts';
import { listAttention, listSettledLast } from '../../shared/use-cases/read-order-lines.ts';
import { cancel } from '../../shared/domain/transitions.ts';
import { daysAfter, itemOf, line, type LineChanges, minutesBefore, now } from '../support/lines.ts';
import { openLocalTable } from '../support/local-table.ts';
import { memoryStore } from '../support/memory-store.ts';

let dynamoDb: DynamoDBClient;
let close: () => Promise<void>;
let store: OrderLineStore;

const save = async (saved: OrderLine) => store.change(await store.find(saved), () => ({ line: saved }));
const nameOf = ({ orderId, lineId }: { orderId: string; lineId: string }) => `${orderId}/${lineId}`;

const stateOf: Record<LineStatus, LineChanges> = {
  Scheduled: { status: 'Scheduled' },
  AwaitingProvisioningDetails: { status: 'AwaitingProvisioningDetails', firstEmailSentAt: now },
  Onboarded: { status: 'Onboarded', firstEmailSentAt: now, onboardedAt: now, organizationId: 'organization' },
  Closed: { status: 'Closed', firstEmailSentAt: now, closedAt: now },
  Cancelled: { status: 'Cancelled', cancelledAt: now },
};
const statuses = Object.keys(stateOf) as LineStatus[];

const customers = ['Kestrel Freight', '株式会社 ケストレル', 'Alder & Finch'];

/** The lines of one partner: in every state, some with the same deadline, some without any. */
const northwind = Array.from({ length: 120 }, (_, index) => {
  const status = statuses[index % statuses.length] ?? 'Scheduled';
  const hasDeadline = status !== 'Scheduled' && index % 4 !== 0;
  return line({
    orderId: `ORD-${index % 30}`,
    lineId: String(index),
    subscriptionId: `Sub-${index % 40}`,
    provisioningContact: {
      email: `It${index % 50}@${index % 10 === 3 ? 'AlderFinch.example' : 'Example.com'}`,
      locale: 'en',
    },
    endCustomer: { name: customers[index % customers.length] ?? '' },
    requestedStartDate: daysAfter(60 - (index % 25)),
    ...stateOf[status],
    ...(hasDeadline ? { closesAt: daysAfter((index * 7) % 30) } : {}),
    ...(status === 'Closed' && index % 2 === 0 ? { onboardedAt: now, organizationId: 'organization' } : {}),
    ...(index % 3 === 0 && status !== 'Scheduled'
      ? {
          lastEmail: {
            messageId: `message-${index}`,
            to: 'it@example.com',
            sentAt: now,
            delivery: 'Bounced',
          },
        }
      : {}),
  });
});

/** Another partner has lines with the same subscriptions, contacts and dates. */
const contoso = northwind
  .slice(0, 40)
  .map((own) => ({ ...own, orderId: own.orderId.replace('ORD', 'CON'), partnerId: 'contoso' }));

beforeAll(async () => {
  ({ client: dynamoDb, close } = await openLocalTable());
  store = orderLineStore(dynamoDb, tableName, defaults.settledLineDays);
  await Promise.all([...northwind, ...contoso].map(save));
}, 60_000);

afterAll(() => close());

/** All that a request lists, page by page. */
async function readAll(request: Omit<ListRequest, 'after'>, from = store): Promise<OrderLine[]> {
  const lines: OrderLine[] = [];
  let after: string | undefined;
  do {
    const page = await from.list({ ...request, ...(after === undefined ? {} : { after }) });
    expect(page.lines.length).toBeLessThanOrEqual(request.limit);
    lines.push(...page.lines);
    after = page.next;
  } while (after !== undefined);
  return lines;
}

const bounced = ({ lastEmail }: OrderLine) => lastEmail?.delivery === 'Bounced';
const closing = (one: OrderLine) =>
  one.status === 'AwaitingProvisioningDetails' && one.closesAt <= daysAfter(7);

const inOrder = (lines: readonly OrderLine[]) =>
  lines.toSorted((a, b) => {
    if (a.closesAt !== b.closesAt) return (a.closesAt ?? '~') < (b.closesAt ?? '~') ? -1 : 1;
    if (a.closesAt !== undefined || a.requestedStartDate === b.requestedStartDate)
      return nameOf(a) < nameOf(b) ? -1 : 1;
    return a.requestedStartDate < b.requestedStartDate ? -1 : 1;
  });

describe('a list of order lines', () => {
  it.each([7, 25, 100])('has every line of the partner once, read %i at a time', async (limit) => {
    const listed = await readAll({ partnerId: 'northwind', limit });
    expect(listed.map(nameOf)).toEqual(inOrder(northwind).map(nameOf));
  });

  it.each([3, 100])('has no cursor on its last page, also if that is full: %i lines', async (limit) => {
    const partnerId = `exact-${limit}`;
    const lines = Array.from({ length: limit }, (_, index) =>
      line({ partnerId, orderId: `${partnerId}-${index}` }),
    );
    await Promise.all(lines.map(save));
    const page = await store.list({ partnerId, limit });
    expect(page.lines).toHaveLength(limit);
    expect(page).not.toHaveProperty('next');
  });

  it('begins with the nearest deadline; lines without one come last, by their start date', async () => {
    const { lines } = await store.list({ partnerId: 'northwind', limit: 100 });
    const deadlines = lines.flatMap(({ closesAt }) => closesAt ?? []);
    expect(deadlines).toEqual([...deadlines].sort());
    const rest = lines.slice(deadlines.length);
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.every(({ closesAt }) => closesAt === undefined)).toBe(true);
    const starts = rest.map(({ requestedStartDate }) => requestedStartDate);
    expect(starts).toEqual([...starts].sort());
  });

  it.each<[string, Partial<ListRequest>, (line: OrderLine) => boolean]>([
    ...statuses.map((status): [string, Partial<ListRequest>, (line: OrderLine) => boolean] => [
      status,
      { status },
      (one) => one.status === status,
    ]),
    [
      'pending',
      { provisioningPending: true },
      (one) => one.status === 'Closed' && one.onboardedAt === undefined,
    ],
    [
      'not pending',
      { provisioningPending: false },
      (one) => one.status !== 'Closed' || one.onboardedAt !== undefined,
    ],
    [
      'Closed, not pending',
      { status: 'Closed', provisioningPending: false },
      (one) => one.status === 'Closed' && one.onboardedAt !== undefined,
    ],
    ['Cancelled, pending', { status: 'Cancelled', provisioningPending: true }, () => false],
    ['the beginning of an order', { word: 'ord-1' }, ({ orderId }) => orderId.startsWith('ORD-1')],
    ['an order', { word: 'ord-1/' }, ({ orderId }) => orderId === 'ORD-1'],
    ['a line', { word: 'ord-7/37' }, (one) => one.lineId === '37'],
    ['no line of an order', { word: 'ORD-7/none' }, () => false],
    ['a subscription', { word: 'SUB-12' }, (one) => one.subscriptionId === 'Sub-12'],
    [
      'the beginning of a subscription',
      { word: 'ＳＵＢ－3' },
      (one) => one.subscriptionId.startsWith('Sub-3'),
    ],
    ['the beginning of a contact', { word: 'it1' }, (one) => one.provisioningContact.email.startsWith('It1')],
    [
      'a mail domain',
      { word: '@alder' },
      (one) => one.provisioningContact.email.endsWith('AlderFinch.example'),
    ],
    ['an end customer', { word: 'KESTREL f' }, (one) => one.endCustomer.name === 'Kestrel Freight'],
    ['a Japanese end customer', { word: 'ｹｽﾄﾚﾙ' }, (one) => one.endCustomer.name === '株式会社 ケストレル'],
    [
      'an end customer and a status',
      { word: 'kestrel', status: 'Closed' },
      (one) => one.endCustomer.name === 'Kestrel Freight' && one.status === 'Closed',
    ],
    [
      'a contact',
      { word: 'it12@EXAMPLE.com' },
      (one) => one.provisioningContact.email === 'It12@Example.com',
    ],
    [
      'a contact and a status',
      { word: 'it12@example.com', status: 'Closed' },
      (one) => one.provisioningContact.email === 'It12@Example.com' && one.status === 'Closed',
    ],
    ['bounced', { deliveries: ['Bounced'] }, bounced],
    [
      'bounced and open',
      { deliveries: ['Bounced'], status: 'AwaitingProvisioningDetails' },
      (one) => bounced(one) && one.status === 'AwaitingProvisioningDetails',
    ],
    ['delivered', { deliveries: ['Delivered'] }, () => false],
    ['closing within a week', { closesBy: daysAfter(7) }, closing],
    ['closing within a week, and closed', { closesBy: daysAfter(7), status: 'Closed' }, () => false],
    [
      'bounced and closing',
      { deliveries: ['Bounced'], closesBy: daysAfter(7) },
      (one) => bounced(one) && closing(one),
    ],
    [
      'an order that is closing',
      { word: 'ORD-1/', closesBy: daysAfter(7) },
      (one) => one.orderId === 'ORD-1' && closing(one),
    ],
    ['the middle of an order id', { word: 'RD-1' }, () => false],
    ['another partner’s order', { word: 'CON-1' }, () => false],
  ])('with a filter has what fits and nothing else: %s', async (_, filter, fits) => {
    const listed = await readAll({ partnerId: 'northwind', limit: 20, ...filter });
    expect(listed.map(nameOf)).toEqual(inOrder(northwind.filter(fits)).map(nameOf));
  });

  it('comes back after so many lines without one that fits, and goes on from there', async () => {
    const partnerId = 'vast';
    const lines = Array.from({ length: 1250 }, (_, index) =>
      line({
        ...stateOf.AwaitingProvisioningDetails,
        partnerId,
        orderId: `VAST-${index}`,
        closesAt: daysAfter(index),
        ...(index === 1200
          ? { lastEmail: { messageId: 'message', to: 'it@example.com', sentAt: now, delivery: 'Rejected' } }
          : {}),
      }),
    );
    const { store } = memoryStore(...lines);
    const rejected = { partnerId, deliveries: ['Rejected'], limit: 25 } as const;
    const first = await store.list(rejected);
    expect(first.lines).toHaveLength(0);
    if (first.next === undefined) throw new Error('there is more');
    const second = await store.list({ ...rejected, after: first.next });
    expect(second.lines.map(nameOf)).toEqual(['VAST-1200/1']);
    expect(second).not.toHaveProperty('next');
  });

  it('of more found lines than are put in order has all of them in order', async () => {
    const partnerId = 'vast';
    const lines = Array.from({ length: 1250 }, (_, index) =>
      line({
        ...stateOf.AwaitingProvisioningDetails,
        partnerId,
        orderId: `VAST-${index}`,
        closesAt: daysAfter((index * 7) % 1250),
      }),
    );
    const { store } = memoryStore(...lines, line({ partnerId: 'contoso', orderId: 'VAST-OTHER' }));
    const all = await readAll({ partnerId, word: 'vast-', limit: 100 }, store);
    expect(all.map(nameOf)).toEqual(inOrder(lines).map(nameOf));
    const some = await readAll({ partnerId, word: 'vast-7', limit: 20 }, store);
    expect(some.map(nameOf)).toEqual(
      inOrder(lines.filter(({ orderId }) => orderId.startsWith('VAST-7'))).map(nameOf),
    );
    expect(await store.search({ find: { word: 'vast-' }, limit: 20 })).toBeUndefined();
  });

  it('fills its pages with lines of a common word, however far behind others they stand', async () => {
    const partnerId = 'vast';
    const lines = ['NEAR', 'FAR'].flatMap((name, place) =>
      Array.from({ length: 1100 }, (_, index) =>
        line({
          ...stateOf.AwaitingProvisioningDetails,
          partnerId,
          orderId: `${name}-${index}`,
          closesAt: daysAfter(2000 * place + index),
        }),
      ),
    );
    const { store } = memoryStore(...lines);
    const common = { partnerId, word: 'far-', limit: 25 };
    const first = await store.list(common);
    expect(first.lines).toHaveLength(25);
    expect((await readAll(common, store)).map(nameOf)).toEqual(inOrder(lines.slice(1100)).map(nameOf));
  });

  it('is empty for a partner without lines', async () => {
    expect(await store.list({ partnerId: 'fabrikam', limit: 25 })).toEqual({ lines: [] });
  });

  it('goes on where it stopped when lines came and went in between', async () => {
    const closingIn = (days: number) =>
      line({
        ...stateOf.AwaitingProvisioningDetails,
        partnerId: 'fabrikam',
        orderId: `FAB-${days}`,
        closesAt: daysAfter(days),
      });
    const fabrikam = [1, 3, 5, 7, 9].map(closingIn);
    for (const saved of fabrikam) await save(saved);
    const first = await store.list({ partnerId: 'fabrikam', limit: 2 });
    const [gone] = fabrikam;
    if (!gone || first.next === undefined) throw new Error('the first page must be a part');
    await save(cancel(gone, now, { at: now, actor: 'commerce.workspace' }));
    await save(closingIn(6));
    const second = await store.list({ partnerId: 'fabrikam', limit: 10, after: first.next });
    expect(second.lines.map(({ orderId }) => orderId)).toEqual(['FAB-5', 'FAB-6', 'FAB-7', 'FAB-9']);
  });
});

describe('a search among all partners', () => {
  const find = async (word: string) => {
    const page = await store.search({ find: { word }, limit: 100 });
    return page?.lines.map(nameOf);
  };
  const fitting = (fits: (one: OrderLine) => boolean) =>
    inOrder([...northwind, ...contoso].filter(fits)).map(nameOf);

  it('has the lines of each, nearest deadline first', async () => {
    const found = await find('sub-7');
    expect(found).toEqual(fitting(({ subscriptionId }) => subscriptionId === 'Sub-7'));
    expect(found?.some((name) => name.startsWith('CON-'))).toBe(true);
    expect(await find('con-1/')).toEqual(fitting(({ orderId }) => orderId === 'CON-1'));
  });

  it('finds a whole subscription, without those whose ids only begin so', async () => {
    const page = await store.search({ find: { subscriptionId: 'SUB-2' }, limit: 100 });
    expect(page?.lines.map(nameOf)).toEqual(fitting(({ subscriptionId }) => subscriptionId === 'Sub-2'));
  });

  it.each(['@', '/', '#', '*', '株式会社', '\u0301', '~', 'northwind#'])(
    'finds nothing for %j',
    async (word) => {
      expect(await find(word)).toEqual([]);
    },
  );
});

describe('many who change one line at once', () => {
  it('all take effect, each once', async () => {
    const key = { orderId: 'BUSY-1', lineId: '1' };
    await save(line({ ...key, partnerId: 'busy' }));
    const writers = Array.from({ length: 20 }, (_, index) => `writer-${index}`);
    const found = await store.find(key);
    const count = (actor: string) =>
      store.change(
        found,
        booked((known) => {
          const history = [...known.history, { at: now, type: 'Cancelled' as const, actor }];
          return { line: { ...known, emailsSent: known.emailsSent + 1, history } };
        }),
      );
    await Promise.all(writers.map(count));
    const changed = await store.find(key);
    expect(changed).toMatchObject({ emailsSent: 20 });
    const actors = isBooked(changed) ? changed.history.slice(1).map(({ actor }) => actor) : [];
    expect(actors.sort()).toEqual([...writers].sort());
  });

  it('only one of them books it', async () => {
    const key = { orderId: 'BUSY-2', lineId: '1' };
    const found = await store.find(key);
    const book = (subscriptionId: string) =>
      store.change(found, (known) => ({
        line: isBooked(known) ? known : line({ ...key, partnerId: 'busy', subscriptionId }),
        isNew: !isBooked(known),
      }));
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => book(`Sub-${index}`)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
  });
});

describe('a list with the settled lines last', () => {
  const caller: Caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['view']) };
  const isSettled = ({ status, onboardedAt }: { status: LineStatus; onboardedAt?: string }) =>
    status === 'Cancelled' || onboardedAt !== undefined;
  const open = northwind.filter((one) => !isSettled(one));
  const settled = northwind.filter(isSettled);

  // 20 and 60 end a page with the last open line.
  it.each([7, 20, 60, 100])('has each line once, read %i at a time', async (limit) => {
    const services = { store, limits: defaults.resendLimits, now: () => new Date(now) };
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const page: ListAnswer = await listSettledLast(caller, query, services);
      const isLast = page.cursor === undefined;
      expect(page.items.length).toBeGreaterThan(0);
      if (!isLast) expect(page.items).toHaveLength(limit);
      listed.push(...page.items.map(nameOf));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(open).toHaveLength(60);
    expect(listed).toEqual([...inOrder(open), ...inOrder(settled)].map(nameOf));
  });

  it('ends with the open lines where none is settled', async () => {
    const services = { store, limits: defaults.resendLimits, now: () => new Date(now) };
    const page = await listSettledLast({ ...caller, partnerId: 'exact-3' }, { limit: 3 }, services);
    expect(page.items).toHaveLength(3);
    expect(page).not.toHaveProperty('cursor');
  });
});

describe('the lines of a partner', () => {
  const many = Array.from({ length: 1000 }, (_, index) =>
    line({ orderId: `ORD-${Math.floor(index / 3)}`, lineId: String(index % 3), partnerId: 'spread' }),
  );

  it.each(['stateKey', 'partnerShard', 'allShard'])('are spread evenly over the partitions of %s', (key) => {
    const perKey = Map.groupBy(many, (one) => itemOf(one)[key as keyof object] as string);
    expect(perKey.size).toBe(partnerShards);
    for (const lines of perKey.values()) expect(lines.length).toBeGreaterThan(200);
  });

  it('that were written before there were several partitions are listed among the others', async () => {
    const partnerId = 'older';
    const lines = Array.from({ length: 24 }, (_, index) =>
      line({ orderId: `OLD-${index}`, partnerId, requestedStartDate: daysAfter(index) }),
    );
    const written = lines.map((one, index) => ({
      ...itemOf(one),
      ...(index % 2 === 0 ? { stateKey: 'older#Scheduled' } : {}),
    }));
    for (const Item of written)
      await dynamoDb.send(
        new PutItemCommand({ TableName: tableName, Item: marshall(Item, { removeUndefinedValues: true }) }),
      );
    expect((await readAll({ partnerId, limit: 5 })).map(nameOf)).toEqual(lines.map(nameOf));
  });
});

describe('an order', () => {
  it('has all its lines, and its onboarding once it is known; the earliest holds', async () => {
    expect((await store.findOrder('ORD-7')).lines.map(nameOf).sort()).toEqual(
      northwind
        .filter(({ orderId }) => orderId === 'ORD-7')
        .map(nameOf)
        .sort(),
    );
    const first = { organizationId: 'first', onboardedAt: now };
    expect(await store.recordOnboarding('ORD-7', first, now)).toEqual(first);
    const second = { organizationId: 'second', onboardedAt: now };
    expect(await store.recordOnboarding('ORD-7', second, now)).toEqual(first);
    expect((await store.findOrder('ORD-7')).onboarding).toMatchObject(first);
    const earlier = { organizationId: 'earlier', onboardedAt: minutesBefore(1) };
    expect(await store.recordOnboarding('ORD-7', earlier, now)).toEqual(earlier);
    expect(await store.recordOnboarding('ORD-7', first, now)).toMatchObject(earlier);
    await store.keepOnboarding('ORD-7', first, now);
    expect((await store.findOrder('ORD-7')).onboarding).toMatchObject(earlier);
  });
});

describe('the lines that are due', () => {
  it('are the open ones whose time has come, each once', async () => {
    const due: string[] = [];
    for await (const page of store.listDue('started', { by: daysAfter(50) })) due.push(...page.map(nameOf));
    const expected = [...northwind, ...contoso].filter(
      ({ status, closesAt, requestedStartDate }) =>
        (status === 'Scheduled' && requestedStartDate <= daysAfter(50)) ||
        (status === 'AwaitingProvisioningDetails' && closesAt <= daysAfter(50)),
    );
    expect(due.filter((name) => name.startsWith('ORD-') || name.startsWith('CON-')).sort()).toEqual(
      expected.map(nameOf).sort(),
    );
  });

  it('are read once, also when an index lists one twice while it moves', async () => {
    const key = { orderId: 'ORD-7', lineId: '7' };
    const found = await store.findAllWithOrders([key, { orderId: 'ORD-8', lineId: '8' }, key]);
    expect(found.map(({ line }) => nameOf(line)).sort()).toEqual(['ORD-7/7', 'ORD-8/8']);
  });

  it('are no longer due once they are settled', async () => {
    const key = { orderId: 'DUE-1', lineId: '1' };
    await save(line({ ...key, partnerId: 'due', requestedStartDate: daysAfter(-1) }));
    await store.change(
      await store.find(key),
      booked((known) => ({
        line: onboard(known, { organizationId: 'o', onboardedAt: now }, { at: now, actor: 'test' }),
      })),
    );
    for await (const page of store.listDue('started', { by: now }))
      expect(page.map(nameOf)).not.toContain(nameOf(key));
  });
});

/** What is known of lines whose email came back. */
const noted = (lines: readonly LineKey[]) => ({
  note: () => Promise.resolve(),
  during: () => Promise.resolve({ lines, isMore: false }),
});

test('among many lines those whose email came back are found, however late they close', async () => {
  const partnerId = 'vast';
  const open = (index: number, delivery: 'Delivered' | 'Bounced') =>
    line({
      ...stateOf.AwaitingProvisioningDetails,
      partnerId,
      orderId: `VAST-${index}`,
      closesAt: daysAfter(index / 1000),
      lastEmail: { messageId: 'message', to: 'it@example.com', sentAt: now, delivery },
    });
  const delivered = Array.from({ length: 1100 }, (_, index) => open(index, 'Delivered'));
  const [near, far, mended] = [open(2, 'Bounced'), open(1200, 'Bounced'), open(1201, 'Delivered')];
  const { store } = memoryStore(...delivered, near, far, mended);
  const cameBack = noted([mended, far, near]);
  const services = { store, cameBack, limits: defaults.resendLimits, now: () => new Date(now) };
  const caller: Caller = { name: 'maya', partnerId, roles: new Set(['view']) };
  const { returned } = await listAttention(caller, { limit: 25 }, services);
  expect(returned.items.map(nameOf)).toEqual(['VAST-2/1', 'VAST-1200/1']);
  expect(returned).not.toHaveProperty('cursor');
});

test('what needs attention has the lines whose email came back first, and each line of a page once', async () => {
  const partnerId = 'attentive';
  const email = { messageId: 'message', to: 'it@example.com', sentAt: now } as const;
  const open = (lineId: string, closesIn: number, delivery: 'Delivered' | 'Bounced' | 'Complained') =>
    line({
      ...stateOf.AwaitingProvisioningDetails,
      partnerId,
      orderId: 'ATT',
      lineId,
      closesAt: daysAfter(closesIn),
      lastEmail: { ...email, delivery },
    });
  const { store } = memoryStore(
    open('1', 1, 'Delivered'),
    open('2', 9, 'Bounced'),
    open('3', 3, 'Complained'),
    open('4', 5, 'Delivered'),
    line({ ...stateOf.Scheduled, partnerId, orderId: 'ATT', lineId: '5' }),
  );
  const caller: Caller = { name: 'maya', partnerId, roles: new Set(['view']) };
  const services = { store, cameBack: noted([]), limits: defaults.resendLimits, now: () => new Date(now) };
  const first = await listAttention(caller, { limit: 3 }, services);
  expect(first.returned.items.map(nameOf)).toEqual(['ATT/3', 'ATT/2']);
  expect(first.open.items.map(nameOf)).toEqual(['ATT/1', 'ATT/4']);
  const { cursor } = first.open;
  if (cursor === undefined) throw new Error('there is more');
  const second = await listAttention(caller, { limit: 3, cursor }, services);
  expect([second.returned.items, second.open.items.map(nameOf)]).toEqual([[], ['ATT/2']]);
});
