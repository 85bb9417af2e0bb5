import { sendDueEmail } from '../../functions/send-provisioning-email/due-email.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { defaults } from '../../infra/settings.ts';
import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import { giveUpClaim, withClaim } from '../../shared/domain/claims.ts';
import { saveContact } from '../../shared/domain/contact.ts';
import { isBooked, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { recordReported } from '../../shared/domain/sent-emails.ts';
import { book, cancel, onboard, unbooked } from '../../shared/domain/transitions.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { memoryStore } from '../support/memory-store.ts';
import { mailSettings } from '../support/mail-settings.ts';

/** A crash can leave the sending of a first email at any of its points; done again, it must go on from there. */

const now = '2026-11-22T09:00:00.000Z';
const stamp = { at: '2026-11-20T00:00:00.000Z', actor: 'commerce.workspace' };
const input = { orderId: 'ORD-1', lineId: '1', revision: 1 };
const requestedStartDate = '2026-11-22T00:00:00.000Z';

const scheduled: OrderLine = {
  ...book(
    {
      orderId: 'ORD-1',
      lineId: '1',
      subscriptionId: 'Sub1',
      offer: 'A-FLEX',
      partnerId: 'northwind',
      endCustomer: { name: 'Alder & Finch' },
      placedBy: { name: 'Maya', email: 'maya@northwind.example' },
      provisioningContact: { email: 'it@alderfinch.example', locale: 'en' },
      requestedStartDate,
    },
    undefined,
    { default: 'P30D', families: { 'A-FLEX': 'P7D' } },
    stamp,
  ),
  executionRevision: 1,
};
const claim = (owner: string, until: string) => ({
  id: 'left-behind',
  owner,
  kind: 'first' as const,
  to: scheduled.provisioningContact,
  actor: 'workflow',
  at: stamp.at,
  until,
});

function run(
  line: StoredLine | undefined,
  answer: MailOutcome = { outcome: 'accepted', messageId: 'message-1' },
) {
  const sent: string[] = [];
  const { store, lines } = memoryStore(...(line ? [line] : []));
  const sending = sendDueEmail(input, {
    store,
    mail: {
      send: ({ to }) => {
        sent.push(to);
        return Promise.resolve(answer);
      },
    },
    mailSettings,
    limits: defaults.resendLimits,
    now: () => new Date(now),
    newId: () => 'claim-1',
    pause: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    metrics: silentMetrics,
  });
  const outcome = sending.then((came) => (came.outcome === 'throttled' ? came : came.answer));
  return { sending, outcome, sent, stored: () => lines()[0] };
}

/** How an execution goes on that has nothing to do any more. */
const over = { waitUntil: now };

it('sends, starts the window and answers when it ends', async () => {
  const { outcome, sent, stored } = run(scheduled);
  const closesAt = '2026-11-29T09:00:00.000Z';
  expect(await outcome).toEqual({
    outcome: 'awaiting',
    waitUntil: closesAt,
    closedStateKey: closedStateKey(scheduled),
  });
  expect(sent).toEqual(['it@alderfinch.example']);
  expect(stored()).toMatchObject({ status: 'AwaitingProvisioningDetails', firstEmailSentAt: now, closesAt });
  expect(stored()).not.toHaveProperty('claim');
});

it('only reports an email that was sent before', async () => {
  const first = run(scheduled);
  const reported = await first.outcome;
  const again = run(first.stored());
  expect(await again.outcome).toEqual(reported);
  expect(again.sent).toEqual([]);
});

it('takes over the claim that its own earlier try left, at once', async () => {
  const { outcome, sent, stored } = run(
    withClaim(scheduled, claim('execution 1', '2026-11-22T09:00:30.000Z')),
  );
  expect(await outcome).toMatchObject({ outcome: 'awaiting' });
  expect(sent).toHaveLength(1);
  const line = stored();
  const history = isBooked(line) ? line.history.map(({ type }) => type) : [];
  expect(history).toEqual(['Booked', 'ProvisioningEmailUnconfirmed', 'ProvisioningEmailSent']);
});

describe('an email that may have left', () => {
  const unknown: MailOutcome = { outcome: 'unknown', reason: 'TimeoutError' };
  const given = (minutesAgo: readonly number[]) =>
    minutesAgo.reduce((line, minutes, index) => {
      const at = new Date(Date.parse(now) - minutes * 60_000).toISOString();
      return giveUpClaim(withClaim(line, { ...claim('execution 1', at), id: `given-${index}`, at }));
    }, scheduled);

  it('is waited for, and not sent again by the next try', async () => {
    const lost = run(scheduled, unknown);
    const retryAt = '2026-11-22T09:15:00.000Z';
    expect(await lost.outcome).toEqual({ outcome: 'unconfirmed', retryAt });
    expect(lost.sent).toHaveLength(1);
    const again = run(lost.stored());
    expect(await again.outcome).toEqual({ outcome: 'unconfirmed', retryAt });
    expect(again.sent).toEqual([]);
  });

  it('is waited for also after a crash, for as long from when it was claimed', async () => {
    const crashed = run(
      withClaim(scheduled, { ...claim('execution 1', now), at: '2026-11-22T08:59:00.000Z' }),
    );
    expect(await crashed.outcome).toEqual({ outcome: 'unconfirmed', retryAt: '2026-11-22T09:14:00.000Z' });
    expect(crashed.sent).toEqual([]);
    expect(crashed.stored()).toMatchObject({ emailsSent: 1, unconfirmed: [{ id: 'left-behind' }] });
  });

  it.each<[string, number[], number]>([
    ['within a quarter of an hour', [14], 0],
    ['after a quarter of an hour', [15], 1],
    ['the second time within an hour', [74, 59], 0],
    ['the second time after an hour', [75, 60], 1],
  ])('of which nothing was reported %s', async (_, minutesAgo, times) => {
    const { outcome, sent } = run(given(minutesAgo));
    expect(await outcome).toMatchObject({ outcome: times === 0 ? 'unconfirmed' : 'awaiting' });
    expect(sent).toHaveLength(times);
  });
});

describe('a first email that turned out to have gone to the contact before', () => {
  const newContact = { email: 'new@alderfinch.example', locale: 'en' } as const;
  const first = { ...claim('execution 1', now), at: '2026-11-22T08:44:00.000Z' };
  const missed = recordReported(
    saveContact(giveUpClaim(withClaim(scheduled, first)), newContact, { at: now, actor: 'rana' }),
    { messageId: 'message-0', to: first.to.email, sentAt: first.at, claimId: first.id, kind: 'first' },
  );
  const closesAt = '2026-11-29T08:44:00.000Z';

  it('is followed by one to the contact, once', async () => {
    const told = run(missed);
    expect(await told.outcome).toMatchObject({ outcome: 'awaiting', waitUntil: closesAt });
    expect(told.sent).toEqual(['new@alderfinch.example']);
    expect(told.stored()).toMatchObject({ emailsSent: 2, lastEmail: { to: 'new@alderfinch.example' } });
    const again = run(told.stored());
    expect(await again.outcome).toMatchObject({ outcome: 'awaiting', waitUntil: closesAt });
    expect(again.sent).toEqual([]);
  });

  it.each<[string, (line: OrderLine) => Promise<StoredLine | undefined>]>([
    [
      'lost',
      async (line) => {
        const lost = run(line, { outcome: 'unknown', reason: 'TimeoutError' });
        expect(await lost.outcome).toMatchObject({ outcome: 'awaiting', waitUntil: closesAt });
        return lost.stored();
      },
    ],
    [
      'never given, since its sender died',
      (line) =>
        Promise.resolve(
          withClaim(line, {
            ...claim('execution 1', '2026-11-22T09:00:30.000Z'),
            kind: 'contact-change',
            to: newContact,
          }),
        ),
    ],
  ])('is not followed by a second one, if the answer is %s', async (_, lose) => {
    const again = run(await lose(missed));
    expect(await again.outcome).toMatchObject({ outcome: 'awaiting', waitUntil: closesAt });
    expect(again.sent).toEqual([]);
    expect(again.stored()).toMatchObject({ emailsSent: 2, unconfirmed: [{ kind: 'contact-change' }] });
  });

  it('is followed by one later, if that is refused', async () => {
    const refused = run(missed, { outcome: 'refused', reason: 'MessageRejected' });
    await expect(refused.outcome).rejects.toMatchObject({ name: 'EmailNotSent' });
    const again = run(refused.stored());
    expect(await again.outcome).toMatchObject({ outcome: 'awaiting' });
    expect(again.sent).toEqual(['new@alderfinch.example']);
  });
});

it('leaves a live claim of somebody else alone, and takes it over when its time is up', async () => {
  const live = run(withClaim(scheduled, claim('execution 0', '2026-11-22T09:00:30.000Z')));
  await expect(live.outcome).rejects.toMatchObject({ name: 'SendInProgress' });
  expect(live.sent).toEqual([]);
  const stale = run(withClaim(scheduled, claim('execution 0', '2026-11-22T08:59:59.000Z')));
  expect(await stale.outcome).toMatchObject({ outcome: 'awaiting' });
});

it.each([
  ['onboarded', onboard(scheduled, { organizationId: 'org', onboardedAt: now }, stamp)],
  ['cancelled', cancel(scheduled, now, stamp)],
])('sends nothing for a line that was %s', async (_what, line) => {
  const { outcome, sent } = run(line);
  expect(await outcome).toEqual({ ...over, outcome: 'settled', closedStateKey: closedStateKey(line) });
  expect(sent).toEqual([]);
});

it('stands down when the line has a newer execution', async () => {
  const { outcome, sent } = run({ ...scheduled, executionRevision: 2 });
  const closedKey = closedStateKey(scheduled);
  expect(await outcome).toEqual({ ...over, outcome: 'superseded', closedStateKey: closedKey });
  expect(sent).toEqual([]);
});

it.each([
  ['OrderLineNotFound', undefined],
  ['OrderLineNotFound', unbooked({ orderId: 'ORD-1', lineId: '1' })],
  ['NotDueYet', { ...scheduled, requestedStartDate: '2026-11-23T00:00:00.000Z' }],
])('fails as %s, by which the workflow knows what to do', async (name, line) => {
  const { outcome, sent } = run(line);
  await expect(outcome).rejects.toMatchObject({ name });
  expect(sent).toEqual([]);
});
