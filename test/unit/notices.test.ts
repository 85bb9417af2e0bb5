import { hashOfAddress, noticeStore } from '../../shared/adapters/notice-store.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { emailReported } from '../../functions/record-email-feedback/event.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { faultNames } from '../../shared/contracts/faults.ts';
import { erasedAddress } from '../../shared/domain/erasure.ts';
import { claimNotice, mostNoticesPerDay } from '../../shared/domain/notices.ts';
import { chosen as chosenBy, type Choice, choiceDays } from '../../shared/domain/notifications.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { minus, plus } from '../../shared/domain/time.ts';
import { type CameBack, tellOfBounce } from '../../shared/use-cases/tell-of-bounce.ts';
import { line, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { memoryStore } from '../support/memory-store.ts';
import { type Around, MemoryTable } from '../support/memory-table.ts';
import { untold } from '../support/untold.ts';

const never = () => {
  throw new Error('not expected here');
};

const silent = {
  ...untold,
  deadLetters: { keep: never },
  now: () => new Date(now),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  metrics: { add: never },
};

/** Who is told of what, over a table of its own. */
function desk(answer?: MailOutcome, chosen: readonly Choice[] = []) {
  const table = new MemoryTable();
  const notices = noticeStore(table.client(), 'table');
  const sent: Email[] = [];
  const tell = async (
    of: OrderLine,
    messageId: string,
    at = now,
    to = of.provisioningContact.email,
    delivery: CameBack['delivery'] = 'Bounced',
  ) => {
    const { store, lines } = memoryStore(of);
    await tellOfBounce(
      of,
      { messageId, to, delivery, reason: '550 <b>no such user</b>' },
      {
        store,
        choices: { toldOfBounces: () => Promise.resolve(chosen) },
        notices,
        mail: {
          send: (email) => {
            sent.push(email);
            return Promise.resolve(answer ?? { outcome: 'accepted', messageId: `notice-${sent.length}` });
          },
        },
        mailSettings,
        consoleOrigin: 'https://console.example',
        now: () => new Date(at),
        newId: () => 'a-token',
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      },
    );
    return lines();
  };
  return { table, notices, sent, tell };
}

const choice = (email: string, at = now) =>
  chosenBy(
    undefined,
    { digest: false, bounces: true, locale: 'ja', timeZone: 'Asia/Tokyo' },
    { partnerId: line().partnerId, person: email, email, token: 'token', at },
  );

it('whoever placed the order is told once that an email came back, with what to do and how to end it', async () => {
  const { sent, tell } = desk();
  const { placedBy, provisioningContact, orderId, lineId } = line();
  await tell(line(), 'message-1');
  await tell(line(), 'message-1');
  expect(sent.map(({ to }) => to)).toEqual([placedBy.email]);
  const { text, html, tags } = sent[0] ?? {};
  for (const said of [
    placedBy.name,
    provisioningContact.email,
    `https://console.example/console/orders/${orderId}/lines/${lineId}`,
    `https://console.example/console/notices/${hashOfAddress(placedBy.email)}/a-token`,
  ]) {
    expect(text).toContain(said);
    expect(html).toContain(said);
  }
  expect(html).toContain('550 &lt;b&gt;no such user&lt;/b&gt;');
  expect(tags).toMatchObject({ notice: 'bounce', recipient: hashOfAddress(placedBy.email) });
});

it('a contact who marked the email as spam got it, and is not said to have sent it back', async () => {
  const { sent, tell } = desk();
  await tell(line(), 'message-1', now, undefined, 'Complained');
  const [notice] = sent;
  expect(notice?.subject).toContain('was marked as spam');
  expect(notice?.text).toContain(
    'was marked as spam by its recipient, and no further email of this order line is sent',
  );
});

it('a notice that left is in the history of the line once, whether its sender or only the report tells', async () => {
  const { tell, sent } = desk();
  const [told] = await tell(line(), 'message-1');
  if (!told || !isBooked(told)) throw new Error('the line is not there');
  const { tags = {}, to = '' } = sent[0] ?? {};
  const notice = { type: 'BounceNoticeSent', to, messageId: 'notice-1' };
  expect(told.history.at(-1)).toMatchObject({ ...notice, actor: 'workflow' });
  const event = emailReported.schema.parse({
    source: 'aws.ses',
    'detail-type': 'Email Sent',
    detail: {
      mail: {
        messageId: 'notice-1',
        destination: [to],
        tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
      },
    },
  });
  for (const [known, actor] of [
    [told, 'workflow'],
    [line(), 'aws.ses'],
  ] as const) {
    const { store, lines } = memoryStore(known);
    await emailReported.handle(event, { ...silent, store });
    const after = lines().flatMap((stored) => (isBooked(stored) ? stored.history : []));
    expect(after.filter(({ type }) => type === 'BounceNoticeSent')).toEqual([
      expect.objectContaining({ ...notice, actor }),
    ]);
  }
});

it('those of the partner who chose so are told as well, in their language; nobody twice, and not once they have left', async () => {
  const { placedBy, provisioningContact, orderId } = line();
  const { sent, tell, notices } = desk(undefined, [
    choice(placedBy.email),
    choice('desk@northwind.example'),
    choice('left@northwind.example', minus(now, `P${choiceDays}D`)),
    choice(provisioningContact.email),
  ]);
  const [told] = await tell(line(), 'message-1');
  await tell(line(), 'message-1');
  expect(sent.map(({ to }) => to)).toEqual([placedBy.email, 'desk@northwind.example']);
  expect(told && isBooked(told) ? told.history.slice(-2) : []).toMatchObject([
    { type: 'BounceNoticeSent', to: placedBy.email, messageId: 'notice-1' },
    { type: 'BounceNoticeSent', to: 'desk@northwind.example', messageId: 'notice-2' },
  ]);
  expect(sent[1]?.subject).toContain('メールが届きませんでした');
  expect(sent[1]?.text).toContain(orderId);

  await notices.change(hashOfAddress('desk@northwind.example'), '', now, (known) => ({
    ...known,
    endedAt: now,
  }));
  await tell(line(), 'message-2');
  expect(sent.map(({ to }) => to).slice(2)).toEqual([placedBy.email]);
});

it('somebody is told also if the answer to the write of that was lost, and the SDK repeated it', async () => {
  const { table } = desk();
  const twice: Around = async (command, call) => {
    if (command === 'PutItemCommand') await call();
    return await call();
  };
  const claimed = await noticeStore(table.client(twice), 'table').change('hash', 'token', now, (address) =>
    claimNotice(address, 'message-1', now),
  );
  expect(claimed?.told).toEqual([{ messageId: 'message-1', at: now }]);
});

it('the notice is in the language of the contact', async () => {
  const { sent, tell } = desk();
  await tell(line({ provisioningContact: { ...line().provisioningContact, locale: 'ja' } }), 'message-1');
  expect(sent[0]?.subject).toContain('メールが届きませんでした');
});

it('many that come back at once are told a few times a day, and the last notice says so', async () => {
  const { sent, tell } = desk();
  for (let count = 0; count < mostNoticesPerDay + 3; count += 1) await tell(line(), `message-${count}`);
  expect(sent.map(({ text }) => text.includes('until tomorrow'))).toEqual([
    ...Array.from({ length: mostNoticesPerDay - 1 }, () => false),
    true,
  ]);
  await tell(line(), 'message-of-tomorrow', plus(now, 'P1D'));
  expect(sent).toHaveLength(mostNoticesPerDay + 1);
});

it('nobody is told where nothing is to be done, or whom mail does not reach', async () => {
  const { sent, tell, table } = desk();
  const { placedBy } = line();
  const onboarding = { organizationId: 'org-1', onboardedAt: now };
  await tell(line({ status: 'Onboarded', ...onboarding }), 'message-1');
  await tell(line({ status: 'Cancelled', cancelledAt: now }), 'message-2');
  await tell(line(), 'message-3', now, 'the.one.before@example.com');
  await tell(line({ placedBy: { ...placedBy, email: erasedAddress } }), 'message-4');
  const own = { ...line().provisioningContact, email: placedBy.email };
  await tell(line({ provisioningContact: own }), 'message-5');
  expect(sent).toEqual([]);
  expect(table.items.size).toBe(0);
});

it('after they were ended, or mail did not reach the address, no notice leaves and no address is kept', async () => {
  for (const why of ['endedAt', 'undeliverableSince'] as const) {
    const { sent, tell, notices, table } = desk();
    const { email } = line().placedBy;
    await tell(line(), 'message-1');
    await notices.change(hashOfAddress(email), '', now, (known) => ({ ...known, [why]: now }));
    await tell(line(), 'message-2');
    expect(sent).toHaveLength(1);
    expect(JSON.stringify([...table.items.values()])).not.toContain(email);
    // What keeps mail away does not expire.
    expect([...table.items.values()]).toEqual([
      expect.not.objectContaining({ expiresAt: expect.anything() }),
    ]);
  }
});

it('a notice that the mail service did not take is not tried again', async () => {
  const { sent, tell } = desk({ outcome: 'throttled', reason: 'Throttling', by: 'rate' });
  await tell(line(), 'message-1');
  await tell(line(), 'message-1');
  expect(sent).toHaveLength(1);
});

it('while the mail service is slow, the report comes again for the notices that are left', async () => {
  const partners = Array.from({ length: 20 }, (_, index) => choice(`desk-${index}@northwind.example`));
  const { sent, tell } = desk(undefined, partners);
  const realNow = performance.now.bind(performance);
  performance.now = () => sent.length * 1000;
  const fault: unknown = await tell(line(), 'message-1').catch((error: unknown) => error);
  const inTime = sent.length;
  await tell(line(), 'message-1');
  performance.now = realNow;
  expect(fault).toMatchObject({ name: faultNames.noticesLeft });
  expect(inTime).toBe(13);
  expect(sent.map(({ to }) => to)).toEqual([line().placedBy.email, ...partners.map(({ email }) => email)]);
});

it('a notice that bounces ends the notices to its address, and causes none', async () => {
  const ended: string[] = [];
  const recipient = hashOfAddress('gone@example.com');
  const event = emailReported.schema.parse({
    source: 'aws.ses',
    'detail-type': 'Email Bounced',
    detail: {
      mail: { messageId: 'notice-1', tags: { notice: ['bounce'], recipient: [recipient] } },
      bounce: { bounceType: 'Permanent' },
    },
  });
  await emailReported.handle(event, {
    ...silent,
    endNotices: (addressHash) => Promise.resolve(void ended.push(addressHash)),
    store: new Proxy({} as never, { get: never }),
  });
  expect(ended).toEqual([recipient]);
});
