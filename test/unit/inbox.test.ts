import { Activity } from '../../infra/local/activity.ts';
import { startInbox } from '../../infra/local/inbox.ts';
import { inProcess } from '../../infra/local/in-process.ts';
import { type KeptEmail, Mailbox } from '../../infra/local/mailbox.ts';
import type { Started } from '../../infra/local/started.ts';
import { openStorage, type Storage } from '../../infra/local/storage.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { temporaryFolder } from '../support/service.ts';

let storage: Storage;
let mailbox: Mailbox;
let inbox: Started;
let reported: KeptEmail[];

beforeEach(async () => {
  storage = await openStorage(await temporaryFolder(), { reset: false });
  mailbox = await Mailbox.open(storage);
  inbox = await startInbox(mailbox);
  reported = [];
});
afterEach(async () => {
  await inbox.stop();
  await storage.close();
});

/** Sends an email by SES's API as the product does. */
async function send(subject: string) {
  const service = mailbox.service(
    () => new Date(),
    new Activity(),
    async (email, keep) => {
      reported.push(email);
      const batch = storage.batch();
      keep(batch);
      await batch.write();
    },
  );
  const client = sesClient({
    ...inProcess(service),
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

interface Shown {
  readonly messageId: string;
  readonly subject: string;
}
async function shown(): Promise<readonly Shown[]> {
  const { emails } = (await (await fetch(`${inbox.url}/store`)).json()) as { emails: readonly Shown[] };
  return emails;
}

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

test('the inbox page shows each email, also those that came after somebody looked', async () => {
  await send('first');
  expect(await (await fetch(inbox.url)).text()).toContain('<html');
  expect((await shown()).map(({ subject }) => subject)).toEqual(['first']);
  await send('second');
  expect((await shown()).map(({ subject }) => subject)).toEqual(['first', 'second']);
});
