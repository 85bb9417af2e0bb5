import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { isBooked, lineStatuses, type OrderLine } from '../../shared/domain/order-line.ts';
import { holdCancellation } from '../../shared/domain/transitions.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import { closeInput } from '../support/close-state.ts';
import { daysAfter, line, now } from '../support/lines.ts';
import { openLocalTable } from '../support/local-table.ts';
import { MemoryTable } from '../support/memory-table.ts';

/*
 * The proofs that run in memory are worth what their table is worth: the same calls get the same answers from it as
 * from the service's own DynamoDB.
 */

let dynamoDb: DynamoDBClient;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ client: dynamoDb, close } = await openLocalTable());
}, 60_000);

afterAll(() => close());

const days = fc.integer({ min: -40, max: 40 });
const key = fc.record({ order: fc.constantFrom('A', 'B'), lineId: fc.constantFrom('1', '2') });
const partnerId = fc.constantFrom('northwind', 'contoso');
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write'),
      key,
      partnerId,
      status: fc.constantFrom(...lineStatuses),
      days,
      isOnboarded: fc.boolean(),
      reason: fc.option(fc.string(), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold'), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change what was read'), key, lost: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('onboard'), key, organization: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close'), key, revision: fc.constantFrom(1, 1, 2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('find'), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list due'), days }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list'),
      partnerId,
      status: fc.option(fc.constantFrom(...lineStatuses), { nil: undefined }),
      word: fc.constantFrom(undefined, 'order', 'line', 'it@example.com', 'Sub-1', 'nothing'),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** What the operations answer, one after the other, on the store of a client. */
async function answers(client: DynamoDBClient, operations: readonly Operation[], run: string) {
  const store = orderLineStore(client, tableName, defaults.settledLineDays, () => Promise.resolve());
  const keyOf = ({ order, lineId }: { order: string; lineId: string }) => ({
    orderId: `${order}-${run}`,
    lineId,
  });

  /** Writes past the store, as another process. */
  const intrude = async (name: { orderId: string; lineId: string }) => {
    const other = orderLineStore(client, tableName, defaults.settledLineDays, () => Promise.resolve());
    await other.change(await other.find(name), (known) => ({
      line: isBooked(known) ? { ...known, emailsSent: known.emailsSent + 1 } : line(name),
    }));
  };

  async function listAll(next: Extract<Operation, { do: 'list' }>) {
    const { status, limit } = next;
    const word = next.word?.replace(/^order$/, `A-${run}`).replace(/^line$/, `a-${run}/1`);
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await store.list({
        partnerId: `${next.partnerId}-${run}`,
        limit,
        ...(status === undefined ? {} : { status }),
        ...(word === undefined ? {} : { word }),
        ...(after === undefined ? {} : { after }),
      });
      pages.push(page.lines.map(({ orderId, lineId }) => `${orderId}/${lineId}`));
      after = page.next;
    } while (after !== undefined);
    return pages;
  }

  async function answer(next: Operation): Promise<unknown> {
    switch (next.do) {
      case 'write': {
        const name = keyOf(next.key);
        const { reason, status, isOnboarded } = next;
        const written: OrderLine = line({
          ...name,
          partnerId: `${next.partnerId}-${run}`,
          status,
          requestedStartDate: daysAfter(next.days),
          ...(status === 'Scheduled' ? {} : { closesAt: daysAfter(next.days + 7), firstEmailSentAt: now }),
          ...(isOnboarded ? { onboardedAt: now, organizationId: 'organization' } : {}),
          history: [
            {
              at: now,
              type: 'ProvisioningEmailFeedback',
              actor: 'test',
              to: 'it@example.com',
              messageId: 'message',
              delivery: 'Bounced',
              ...(reason === undefined ? {} : { reason }),
            },
          ],
        });
        return await store.change(await store.find(name), (known) => ({ line: written, known }));
      }
      case 'hold': {
        const name = keyOf(next.key);
        return await store.change(await store.find(name), (known) => ({
          line: isBooked(known) ? known : holdCancellation(known, now, now),
        }));
      }
      case 'change what was read': {
        const known = await store.find(keyOf(next.key));
        if (!isBooked(known)) return known;
        for (let left = next.lost; left > 0; left -= 1) await intrude(known);
        return await store.change(
          known,
          booked((current) => ({
            line: { ...current, contactsSaved: current.contactsSaved + 1 },
            current,
          })),
        );
      }
      case 'onboard': {
        const organizationId = `organization-${next.organization}`;
        return await store.recordOnboarding(
          keyOf(next.key).orderId,
          { organizationId, onboardedAt: now },
          now,
        );
      }
      case 'close': {
        const name = keyOf(next.key);
        const known = await store.find(name);
        const stateKey = isBooked(known) ? closedStateKey(known) : 'nobody';
        await client.send(new UpdateItemCommand(await closeInput(name, next.revision, stateKey, now)));
        return await store.find(name);
      }
      case 'find':
        return [await store.findWithOrder(keyOf(next.key)), await store.findOrder(keyOf(next.key).orderId)];
      case 'list due': {
        const due: string[] = [];
        for (const list of ['started', 'unstarted'] as const)
          for await (const page of store.listDue(list, { after: daysAfter(-400), by: daysAfter(next.days) }))
            due.push(...page.map(({ orderId, lineId }) => `${list} ${orderId}/${lineId}`));
        return due.filter((name) => name.includes(`${run}/`)).sort();
      }
      case 'list':
        return await listAll(next);
    }
  }

  const told: unknown[] = [];
  for (const next of operations) {
    told.push(
      await answer(next).catch((error: unknown) => (error instanceof Error ? error.name : 'unknown')),
    );
  }
  return told;
}

it('answers as the service’s own DynamoDB does, whatever it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
      const run = crypto.randomUUID().slice(0, 8);
      const inMemory = await answers(new MemoryTable().client(), operations, run);
      expect(inMemory).toEqual(await answers(dynamoDb, operations, run));
    }),
    { numRuns: 60 },
  );
});

/** A writer that always comes in between. */
it.each(['memory', 'dynalite'])('gives up as often as the store tries, on %s', async (kind) => {
  const client = kind === 'memory' ? new MemoryTable().client() : dynamoDb;
  const mine = orderLineStore(client, tableName, defaults.settledLineDays, () => intrude());
  const other = orderLineStore(client, tableName, defaults.settledLineDays);
  const name = line({ orderId: `contended-${kind}` });
  const intrude = async () =>
    other.change(await other.find(name), (known) => ({ line: isBooked(known) ? { ...known } : name }));
  await intrude();
  const read = await mine.find(name);
  if (!isBooked(read)) throw new Error('the line is not there');
  await intrude();
  let tries = 0;
  const changing = mine.change(read, (known) => {
    tries += 1;
    return { line: { ...known } };
  });
  await expect(changing).rejects.toMatchObject({ name: 'LineContended' });
  expect(tries).toBe(30);
});
