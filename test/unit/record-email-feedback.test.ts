import { handle } from '../../functions/record-email-feedback/handler.ts';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { emailFeedback } from '../../shared/contracts/events.ts';
import { isBooked, type OrderLine, recordSent, withClaim } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { line, minutesBefore, now } from '../support/lines.ts';

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

/** What becomes of a line when SES reports a bounce of a message. */
async function bounced(stored: OrderLine, messageId: string, diagnosticCode = 'no such user') {
  let known = stored;
  const unused = () => Promise.reject(new Error('not used here'));
  const store: OrderLineStore = {
    find: unused,
    update: (_key, decide) =>
      new Promise((resolve) => {
        const { line: changed, result } = decide(known);
        if (isBooked(changed)) known = changed;
        resolve(result);
      }),
    change: unused,
    findOrder: unused,
    recordOnboarding: unused,
    list: unused,
    listDue: () => {
      throw new Error('not used here');
    },
  };
  const event = emailFeedback.parse({
    source: 'aws.ses',
    'detail-type': 'Email Bounced',
    detail: {
      mail: { messageId, tags: { orderId: ['ORD-1'], lineId: ['1'] } },
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ diagnosticCode }] },
    },
  });
  await handle(event, {
    store,
    deadLetters: { keep: unused },
    now: () => new Date(now),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    metrics: silentMetrics,
  });
  return known;
}

it('a report is recorded, also while another email of the line leaves', async () => {
  const line = await bounced(withClaim(sent, claim), 'message-1');
  expect(line).toMatchObject({
    claim,
    lastEmail: { delivery: 'Bounced', reason: 'no such user' },
    undeliverable: [{ email: 'it@example.com', reason: 'no such user' }],
  });
});

it('a report about an email that may be just leaving is left for a later delivery', async () => {
  await expect(bounced(withClaim(sent, claim), 'message-2')).rejects.toMatchObject({
    name: 'SendInProgress',
  });
});

it('a report about an email of nobody is left alone', async () => {
  expect(await bounced(sent, 'message-2')).toBe(sent);
});

it('a long reason is cut to what the history has room for', async () => {
  const { lastEmail } = await bounced(sent, 'message-1', '語'.repeat(200));
  expect(lastEmail?.reason).toBe('語'.repeat(66));
});
