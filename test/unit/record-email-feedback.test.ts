import { emailReported } from '../../functions/record-email-feedback/event.ts';
import { recordOf } from '../../infra/local/queues.ts';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { giveUpClaim, withClaim } from '../../shared/domain/claims.ts';
import { recordFeedback } from '../../shared/domain/feedback.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { line, minutesBefore, now } from '../support/lines.ts';
import { linesOf, memoryStore, memoryTable, storeOn } from '../support/memory-store.ts';
import { untold } from '../support/untold.ts';

const claim = {
  id: 'claim-1',
  owner: 'request 1',
  kind: 'resend' as const,
  to: line().provisioningContact,
  actor: 'rana',
  at: now,
  until: minutesBefore(-0.5),
};
const sent = recordSent(line(), { ...claim, kind: 'first' }, { messageId: 'message-1', sentAt: now });

const servicesOf = (store: OrderLineStore) => ({
  store,
  deadLetters: { keep: () => Promise.reject(new Error('not expected here')) },
  now: () => new Date(now),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  metrics: silentMetrics,
  ...untold,
});

/** What becomes of a line when SES reports a bounce of a message. */
async function bounced(
  stored: OrderLine,
  messageId: string,
  diagnosticCode = 'no such user',
  tags = {},
  destination: string[] | null = null,
) {
  const { store, lines } = memoryStore(stored);
  const event = emailReported.schema.parse({
    source: 'aws.ses',
    'detail-type': 'Email Bounced',
    detail: {
      mail: { messageId, destination, tags: { orderId: ['ORD-1'], lineId: ['1'], ...tags } },
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ diagnosticCode }] },
    },
  });
  await emailReported.handle(event, servicesOf(store));
  const [told] = lines();
  if (!isBooked(told)) throw new Error('the line is not there');
  return told;
}

it('a report is recorded, also while another email of the line leaves', async () => {
  const line = await bounced(withClaim(sent, claim), 'message-1');
  expect(line).toMatchObject({
    claim,
    lastEmail: { delivery: 'Bounced', reason: 'no such user' },
    undeliverable: [{ email: 'it@example.com', reason: 'no such user' }],
  });
});

const entries = ({ history }: OrderLine) =>
  history.map((entry) => [entry.type, 'messageId' in entry ? entry.messageId : undefined]);

it('a report about an email that is just leaving makes its record, as if the answer had come', async () => {
  const line = await bounced(withClaim(sent, claim), 'message-2', 'no such user', { claimId: ['claim-1'] });
  expect(line).toMatchObject({
    emailsSent: 2,
    lastResentAt: now,
    lastEmail: { messageId: 'message-2', to: 'it@example.com', delivery: 'Bounced' },
    undeliverable: [{ email: 'it@example.com' }],
  });
  expect(line).not.toHaveProperty('claim');
  expect(entries(line).slice(2)).toEqual([
    ['ProvisioningEmailSent', 'message-2'],
    ['ProvisioningEmailFeedback', 'message-2'],
  ]);
});

it('a report about an email that may have been sent confirms it in its place, and counts it once', async () => {
  const given = recordFeedback(
    giveUpClaim(withClaim(sent, claim)),
    { messageId: 'message-1', delivery: 'Delivered', undeliverable: false },
    { at: now, actor: 'aws.ses' },
  );
  const line = await bounced(given, 'message-2', 'no such user', { claimId: ['claim-1'] });
  expect(line).toMatchObject({
    emailsSent: 2,
    unconfirmed: [],
    undeliverable: [{ email: 'it@example.com' }],
  });
  expect(entries(line).slice(2)).toEqual([
    ['ProvisioningEmailSent', 'message-2'],
    ['ProvisioningEmailFeedback', 'message-1'],
    ['ProvisioningEmailFeedback', 'message-2'],
  ]);
});

it('a report about an email that nobody knows of makes its record from what it says', async () => {
  const line = await bounced(sent, 'message-2', 'no such user', { kind: ['resend'] }, ['who@else.example']);
  expect(line).toMatchObject({ emailsSent: 2, undeliverable: [{ email: 'who@else.example' }] });
  expect(line.history.at(-2)).toMatchObject({
    type: 'ProvisioningEmailSent',
    to: 'who@else.example',
    actor: 'aws.ses',
    kind: 'resend',
  });
});

it('a long reason is cut to what the history has room for', async () => {
  const { lastEmail } = await bounced(sent, 'message-1', '語'.repeat(200));
  expect(lastEmail?.reason).toBe('語'.repeat(66));
});

it('a bounce of which SES says nothing more has no empty reason', async () => {
  const { lastEmail, undeliverable } = await bounced(sent, 'message-1', '');
  expect(lastEmail).toMatchObject({ delivery: 'Bounced' });
  expect(lastEmail).not.toHaveProperty('reason');
  expect(undeliverable).toEqual([{ email: 'it@example.com', reason: 'Bounced' }]);
});

it('two reports on one email, handled together, read its line once', async () => {
  const table = memoryTable(sent);
  const calls: string[] = [];
  const store = storeOn(table, (command, call) => {
    calls.push(command);
    return call();
  });
  const consume = emailReported.consumer(servicesOf(store));
  const mail = { messageId: 'message-1', tags: { orderId: ['ORD-1'], lineId: ['1'] } };
  const report = (type: string) =>
    recordOf(type, JSON.stringify({ source: 'aws.ses', 'detail-type': type, detail: { mail } }), 1);
  await consume({ Records: [report('Email Sent'), report('Email Delivered')] });
  expect(calls).toEqual(['GetItemCommand', 'PutItemCommand']);
  expect(linesOf(table)).toMatchObject([{ lastEmail: { delivery: 'Delivered' } }]);
});

it.each([
  ['abuse', 'Complained', 1],
  [null, 'Complained', 1],
  ['not-spam', 'Accepted', 0],
])(
  'a complaint of the kind %s leaves the email %s',
  async (complaintFeedbackType, delivery, undeliverable) => {
    const { store, lines } = memoryStore(sent);
    const event = emailReported.schema.parse({
      source: 'aws.ses',
      'detail-type': 'Email Complaint Received',
      detail: {
        mail: { messageId: 'message-1', tags: { orderId: ['ORD-1'], lineId: ['1'] } },
        complaint: { complaintFeedbackType },
      },
    });
    await emailReported.handle(event, servicesOf(store));
    const [told] = lines();
    expect(told).toMatchObject({ lastEmail: { delivery }, undeliverable: { length: undeliverable } });
  },
);
