import { erasePerson, fromStart, type Mention } from '../../infra/erasing.ts';
import { parseLine } from '../../shared/adapters/order-line-item.ts';
import { withClaim } from '../../shared/domain/claims.ts';
import { erasedAddress, hinderedErasure, withoutPerson } from '../../shared/domain/erasure.ts';
import { recordFeedback } from '../../shared/domain/feedback.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { dueEmail, refuseResend } from '../../shared/domain/rules.ts';
import { writeEmail } from '../../shared/emails/write-email.ts';
import { daysAfter, itemOf, line, minutesBefore, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { storeOn } from '../support/memory-store.ts';

const jo = 'jo.reyes+it@example.com';
const limits = { interval: 'PT1M', perDay: 10, perLine: 100 };

function erased(from: OrderLine, email = jo): OrderLine {
  const parsed = parseLine(withoutPerson(from, email));
  if (!isBooked(parsed)) throw new Error('it is not booked any more');
  return parsed;
}

const claim = (to: string, until = now) => ({
  id: 'claim',
  owner: 'request 1',
  kind: 'contact-change' as const,
  to: { email: to, name: 'Jo Reyes', locale: 'en' as const },
  actor: 'maya@northwind.example',
  at: minutesBefore(3),
  until,
});

/** Jo is everything to this line that a person can be, in different spellings. */
const everywhere = line({
  status: 'AwaitingProvisioningDetails',
  placedBy: { name: 'Jo Reyes', email: jo },
  provisioningContact: { email: 'Jo.Reyes+IT@example.com', name: 'Jo Reyes', locale: 'ja' },
  lastEmail: {
    messageId: 'm-1',
    to: jo,
    sentAt: minutesBefore(60),
    delivery: 'Bounced',
    reason: `smtp; 550 <${jo}>: over quota, ${jo}.`,
  },
  undeliverable: [{ email: jo, reason: `${jo.toUpperCase()} does not exist` }],
  claim: claim(jo),
  unconfirmed: [claim(jo)],
  answers: [
    {
      key: 'k',
      at: minutesBefore(5),
      answer: JSON.stringify({ line: { provisioningContact: { email: jo, name: 'Jo Reyes' } } }),
      email: { messageId: 'm-1', to: jo, sentAt: minutesBefore(60) },
      change: { outcome: 'saved', email: jo },
    },
  ],
  history: [
    { at: minutesBefore(99), type: 'Booked', actor: 'commerce.workspace' },
    {
      at: minutesBefore(60),
      type: 'ProvisioningEmailSent',
      actor: jo,
      to: jo,
      messageId: 'm-1',
      result: 'Accepted',
      kind: 'first',
    },
    { at: minutesBefore(50), type: 'ProvisioningContactChanged', actor: 'maya@northwind.example', to: jo },
  ],
});

test('an address and the name beside it are gone from everything, and all else stays', () => {
  const line = erased(everywhere);
  expect(JSON.stringify(line)).not.toMatch(/reyes/i);
  expect(line).toMatchObject({
    placedBy: { name: 'erased', email: erasedAddress },
    provisioningContact: { name: 'erased', email: erasedAddress, locale: 'ja' },
    lastEmail: {
      messageId: 'm-1',
      delivery: 'Bounced',
      reason: `smtp; 550 <${erasedAddress}>: over quota, ${erasedAddress}.`,
    },
    history: [
      {},
      { actor: erasedAddress, to: erasedAddress, messageId: 'm-1' },
      { actor: 'maya@northwind.example' },
    ],
    closesAt: everywhere.closesAt,
    version: everywhere.version,
  });
  expect(erased(line)).toEqual(line);
});

test('people with other addresses stay, however alike these are', () => {
  const others = line({
    placedBy: { name: 'Jo Reyes', email: 'big.jo.reyes+it@example.com' },
    provisioningContact: { email: 'jo.reyes@example.com', name: 'Jo Reyes', locale: 'en' },
    undeliverable: [
      { email: `${jo}.au`, reason: `<${jo}.au> and big.${jo} and ${jo}-x.example are unknown` },
    ],
  });
  expect(erased(others)).toEqual(others);
});

test('a line whose contact was erased says so, is sent nothing, and takes another contact', async () => {
  const line = erased({ ...everywhere, undeliverable: [] });
  expect(refuseResend(line, now, limits)).toEqual({
    code: 'contact-undeliverable',
    reason: 'the address was erased on request',
  });
  const { claim: _, ...missed } = {
    ...line,
    unconfirmed: [],
    history: line.history.filter(({ type }) => type !== 'ProvisioningEmailSent'),
  };
  expect(dueEmail(missed, now)).toBe('none');

  const email = await writeEmail(line, claim('new@example.com'), mailSettings);
  expect(email).not.toHaveProperty('replyTo');
  expect(email.text + email.html).not.toContain('erased');
});

test('a report that comes later does not bring the address back', () => {
  const told = recordFeedback(
    erased(everywhere),
    { messageId: 'm-1', delivery: 'Complained', undeliverable: true, reason: `${jo} says this is spam` },
    { at: now, actor: 'aws.ses' },
  );
  expect(told.lastEmail?.delivery).toBe('Complained');
  expect(JSON.stringify(told)).not.toMatch(/reyes/i);
});

test('what still needs the address is not erased', () => {
  const contact = { email: jo, locale: 'en' } as const;
  const scheduled = line({ provisioningContact: contact });
  expect(hinderedErasure(scheduled, jo.toUpperCase(), now)).toBe('first-email-due');
  expect(hinderedErasure(line({ placedBy: { name: 'Jo', email: jo } }), jo, now)).toBeUndefined();

  const awaiting = line({ status: 'AwaitingProvisioningDetails', provisioningContact: contact });
  expect(hinderedErasure(awaiting, jo, now)).toBeUndefined();
  expect(hinderedErasure(withClaim(awaiting, claim(jo, daysAfter(1))), jo, now)).toBe('email-leaving');
  expect(hinderedErasure(withClaim(awaiting, claim(jo)), jo, now)).toBeUndefined();
});

test('a person is found and erased whom only a long history names', async () => {
  const table = new MemoryTable();
  const history = Array.from({ length: 99 }, (_, index) => ({
    ...{ at: minutesBefore(99 - index), type: 'ProvisioningEmailSent' as const, actor: 'Maya' },
    ...{ to: jo, messageId: `m-${index}`, kind: 'resend' as const, result: 'Accepted' as const },
  }));
  table.put(itemOf(line({ history })));
  const found: Mention[] = [];
  const run = () =>
    erasePerson({ email: jo, execute: true }, fromStart(), {
      dynamoDb: table.client(),
      tableName: 'order-lines',
      store: storeOn(table),
      now: () => new Date(now),
      pages: { take: () => Promise.resolve() },
      onMention: (mention) => found.push(mention),
      onProgress: () => undefined,
    });

  expect(await run()).toMatchObject({ read: 1, erased: 1 });
  expect(found).toEqual([{ of: 'ORD-1/1', in: ['history'] }]);
  expect(await run()).toMatchObject({ read: 1, erased: 0 });
});
