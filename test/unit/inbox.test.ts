import { Activity } from '../../infra/local/activity.ts';
import { inbox } from '../../infra/local/inbox.tsx';
import { inProcess } from '../../infra/local/in-process.ts';
import { checked } from '../../infra/local/wire/checked.ts';
import { MailRate } from '../../infra/local/mail-rate.ts';
import { type KeptEmail, Mailbox } from '../../infra/local/mailbox.ts';
import { openStorage, type Storage } from '../../infra/local/storage.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { temporaryFolder } from '../support/service.ts';

let storage: Storage;
let mailbox: Mailbox;
let rate: MailRate;
let reported: KeptEmail[];

beforeEach(async () => {
  storage = await openStorage(await temporaryFolder(), { reset: false });
  mailbox = await Mailbox.open(storage);
  rate = await MailRate.open(storage);
  reported = [];
});
afterEach(async () => {
  await storage.close();
});

/** Sends an email by SES's API as the product does. */
async function send(subject: string) {
  const service = mailbox.service(
    () => new Date(),
    new Activity(),
    rate,
    async (email, keep) => {
      reported.push(email);
      const batch = storage.batch();
      keep(batch);
      await batch.write();
    },
  );
  const client = sesClient({
    ...inProcess(checked(service)),
    endpoint: 'http://127.0.0.1',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return await mail(client, 'set').send({
    from: { name: 'Provisioning', address: 'provisioning@example.com' },
    to: 'it@example.com',
    subject,
    html: '<p>プロ & "more"</p>',
    text: 'プロ & "more"',
    tags: { claim: 'c1' },
  });
}

const shown = async (path: string, language = 'en'): Promise<string> =>
  await (await inbox(mailbox).request(path, { headers: { 'accept-language': language } })).text();

test('an email is kept and reported on as it was sent, and its sender is told the id that it has', async () => {
  const sent = await send('Set up 予約');

  expect(reported).toMatchObject([{ subject: 'Set up 予約', tags: { claim: 'c1' } }]);
  expect(sent).toMatchObject({ messageId: reported[0]?.messageId });
  expect(await mailbox.list('IT@example.com')).toEqual(reported);
  expect(reported[0]).toMatchObject({
    to: 'it@example.com',
    html: '<p>プロ & "more"</p>',
    text: 'プロ & "more"',
  });
});

test('no more leave in a second than the rate allows, and it is kept', async () => {
  await rate.set(0.001);
  expect(await send('one')).toMatchObject({ outcome: 'accepted' });
  expect(await send('two')).toEqual({ outcome: 'throttled', by: 'rate', reason: 'Throttling' });
  expect(reported).toHaveLength(1);
  expect((await MailRate.open(storage)).perSecond).toBe(0.001);
  await rate.set(null);
  expect(await send('three')).toMatchObject({ outcome: 'accepted' });
});

test('the inbox shows each email, newest first, and finds the older ones', async () => {
  expect(await shown('/')).toContain('No email yet.');
  await send('first');
  await send('second');
  const page = await shown('/');
  expect(page.indexOf('>second<')).toBeLessThan(page.indexOf('>first<'));
  expect(await shown('/?q=FIRST')).not.toContain('second');
  expect(await shown('/?q=nobody')).toContain('No email fits.');
  expect(await shown('/', 'ja')).toContain('受信トレイ');
});

test('an email is shown as it was sent, in a frame that runs nothing, and as text', async () => {
  await send('one');
  const page = await shown(`/${reported[0]?.messageId}`);
  expect(page).toContain('sandbox=""');
  expect(page).toContain('srcdoc="&lt;p&gt;プロ &amp; &quot;more&quot;&lt;/p&gt;"');
  expect(page).toContain('<pre>プロ &amp; &quot;more&quot;</pre>');
});

test('the previews show each kind of email in each language', async () => {
  const page = await shown('/previews');
  for (const title of [
    'First email · English',
    'Resend · Japanese',
    'Contact change · English',
    'Resend (closed) · Japanese',
    'Bounce notice · Japanese',
  ])
    expect(page).toContain(`<h2>${title}</h2>`);
  expect(await shown('/previews', 'ja')).toContain('<h2>メール不達のお知らせ · ');
});
