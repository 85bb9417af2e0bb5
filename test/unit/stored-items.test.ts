import { parseLine, toItem } from '../../shared/adapters/order-line-item.ts';
import { line, now } from '../support/lines.ts';

/** Items as they were written first are still read. */

const first = Object.fromEntries(
  Object.entries(toItem(line(), 1)).filter(([name]) => !['contactsSaved', 'undeliverable'].includes(name)),
);
const address = { email: 'it@example.com', reason: 'no such user' };
const change = { requestedStartDate: now, changedAt: now };
const held = { pk: 'ORD-1', sk: 'line#1', orderId: 'ORD-1', lineId: '1', status: 'Unbooked', version: 1 };

it.each([
  ['one undeliverable address', { ...first, undeliverable: address }, { undeliverable: [address] }],
  ['no undeliverable address', first, { undeliverable: [], contactsSaved: 0 }],
  ['one reschedule before its booking', { ...held, reschedule: change }, { reschedules: [change] }],
  ['no reschedule before its booking', held, { reschedules: [] }],
])('a line with %s', (_, item, expected) => {
  expect(parseLine(item).line).toMatchObject(expected);
});

it('what is written now is read as it is', () => {
  const known = line({ contactsSaved: 3, undeliverable: [address] });
  expect(parseLine(toItem(known, 7))).toEqual({ line: known, version: 7 });
});
