import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { orderLineCancelled } from '../../functions/cancel-order-line/event.ts';
import { defaults } from '../../infra/settings.ts';
import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import type { OrderLine, StoredLine } from '../../shared/domain/order-line.ts';
import { saveContact } from '../../shared/domain/contact.ts';
import {
  cancel,
  closeOverdue,
  holdCancellation,
  onboard,
  unbooked,
} from '../../shared/domain/transitions.ts';
import { closeInput } from '../support/close-state.ts';
import { cancelled } from '../support/events.ts';
import { daysAfter, itemOf, line, now } from '../support/lines.ts';
import { storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

/** When items go, with the default of 400 days. */

const stamp = { at: now, actor: 'somebody' };
const seconds = (instant: string) => Date.parse(instant) / 1000;
const expiryOf = (stored: StoredLine) => (itemOf(stored) as { expiresAt?: number }).expiresAt;
const awaiting = line({ status: 'AwaitingProvisioningDetails', closesAt: daysAfter(7) });
const closed = closeOverdue(awaiting, { at: daysAfter(7), actor: 'workflow' });
const organization = { organizationId: 'organization', onboardedAt: daysAfter(8) };

test.each<[string, StoredLine]>([
  ['is Scheduled', line()],
  ['is Awaiting Provisioning Details', awaiting],
  ['nobody told anything of', unbooked({ orderId: 'ORD-1', lineId: '1' })],
])('a line that %s is kept for as long as that takes', (_, open) => {
  expect(expiryOf(open)).toBeUndefined();
});

test.each<[string, OrderLine, string]>([
  ['was onboarded', onboard(awaiting, { ...organization, onboardedAt: now }, stamp), daysAfter(400)],
  ['was cancelled', cancel(line(), now, stamp), daysAfter(400)],
  ['was closed', closed, daysAfter(407)],
  [
    'was found closed later than its window ended',
    closeOverdue(awaiting, { at: daysAfter(9), actor: 'sweep' }),
    daysAfter(407),
  ],
  [
    'was changed since it was closed',
    saveContact(
      closed,
      { email: 'it@example.com', name: 'Jo', locale: 'en' },
      { ...stamp, at: daysAfter(8) },
    ),
    daysAfter(408),
  ],
  [
    'was onboarded since it was closed',
    onboard(closed, organization, { ...stamp, at: daysAfter(9) }),
    daysAfter(409),
  ],
])('a line that %s goes 400 days after that', (_, settled, at) => {
  expect(expiryOf(settled)).toBe(seconds(at));
});

test('what waits for a booking goes 400 days after it came', () => {
  const held = holdCancellation(unbooked({ orderId: 'ORD-1', lineId: '1' }), daysAfter(-30), now);
  expect(expiryOf(held)).toBe(seconds(daysAfter(400)));
});

describe('the workflow, which closes lines by itself', () => {
  async function closedItem(item: Record<string, unknown>) {
    const table = new MemoryTable();
    table.put(item);
    const input = await closeInput(
      awaiting,
      awaiting.executionRevision,
      closedStateKey(awaiting),
      daysAfter(7),
    );
    await table.client().send(new UpdateItemCommand(input));
    return [...table.items.values()][0];
  }

  test('writes the same time as the sweep would', async () => {
    expect(await closedItem(itemOf(awaiting))).toMatchObject({
      status: 'Closed',
      expiresAt: seconds(daysAfter(407)),
    });
  });

  test('closes an item of before there was such a time, and it stays', async () => {
    const { closedExpiresAt: _, ...older } = itemOf(awaiting);
    expect(await closedItem(older)).toMatchObject({ status: 'Closed', expiresAt: 0 });
  });
});

test('the onboarding of an order goes 400 days after it, or after the last line that was booked since', async () => {
  const table = new MemoryTable();
  const store = storeOn(table);
  const expiry = () => [...table.items.values()][0]?.['expiresAt'];
  await store.recordOnboarding('ORD-1', organization, now);
  expect(expiry()).toBe(seconds(now) + defaults.settledLineDays * 24 * 60 * 60);
  await store.recordOnboarding('ORD-1', organization, daysAfter(1));
  expect(expiry()).toBe(seconds(daysAfter(400)));
  await store.keepOnboarding('ORD-1', organization, daysAfter(300));
  expect(expiry()).toBe(seconds(daysAfter(700)));
  expect(await store.findOnboarding('ORD-1')).toMatchObject(organization);
});

test('a cancellation keeps the onboarding of the order as long as the line, for lines that are booked later', async () => {
  const table = new MemoryTable();
  const store = storeOn(table);
  const onboarded = onboard(awaiting, organization, stamp);
  table.put(itemOf({ ...onboarded, version: 1 }));
  await store.recordOnboarding(onboarded.orderId, organization, now);
  const services = {
    store,
    now: () => new Date(daysAfter(300)),
    workflow: { stop: () => Promise.resolve() },
  } as unknown as Parameters<typeof orderLineCancelled.handle>[1];
  const event = cancelled(onboarded.orderId, onboarded.lineId, daysAfter(300));
  await orderLineCancelled.handle(orderLineCancelled.schema.parse(event), services);
  expect([...table.items.values()].map(({ expiresAt }) => expiresAt)).toEqual([
    seconds(daysAfter(700)),
    seconds(daysAfter(700)),
  ]);
});
