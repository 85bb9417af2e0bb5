import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import type { Contact } from '../../shared/domain/order-line.ts';
import { writeEmail } from '../../shared/emails/write-email.ts';
import { line, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';

const hana: Contact = { email: 'hana@example.jp', name: '田中 花', locale: 'ja' };
const ines: Contact = { email: 'ines@example.com', name: 'Ines <b>Duarte</b>', locale: 'en' };

/** The email of a line whose window ends on 1 December at 15:30 UTC. */
const write = (to: Contact, kind: EmailKind = 'first', settings = {}, of = {}) =>
  writeEmail(
    line({ status: 'AwaitingProvisioningDetails', closesAt: '2026-12-01T15:30:00.000Z', ...of }),
    { id: 'claim-1', owner: 'owner', kind, to, actor: 'actor', at: now, until: now },
    { ...mailSettings, ...settings },
  );

test('dates are written in the time zone of the language', async () => {
  expect((await write(ines)).text).toContain('by Tuesday, 1 December 2026 at 15:30 UTC,');
  expect((await write(hana)).text).toContain('2026年12月2日（水）0:30（日本時間）までに');
  const timeZones = { en: 'America/New_York', ja: 'Asia/Tokyo' };
  expect((await write(ines, 'first', { timeZones })).text).toContain(
    'by Tuesday, 1 December 2026 at 10:30 GMT-5,',
  );
});

test('one that is sent again has a subject of its own', async () => {
  const subjects = await Promise.all(
    (['first', 'resend'] as const).flatMap((kind) => [write(ines, kind), write(hana, kind)]),
  );
  expect(subjects.map(({ subject }) => subject)).toEqual([
    'Set up your subscription Sub-1 (order ORD-1)',
    'サブスクリプション Sub-1 の設定のお願い（注文 ORD-1）',
    'Resent: Set up your subscription Sub-1 (order ORD-1)',
    '【再送】サブスクリプション Sub-1 の設定のお願い（注文 ORD-1）',
  ]);
});

test('answers go to the person who placed the order, unless the settings say otherwise', async () => {
  expect(await write(ines)).toHaveProperty('replyTo', 'maya@northwind.example');
  expect((await write(ines)).text).toContain(
    'Reply to this email, or write to Maya Lindqvist (maya@northwind.example)',
  );
  const unanswered = await write(ines, 'first', { replyToPlacedBy: false });
  expect(unanswered).not.toHaveProperty('replyTo');
  expect(unanswered.text).toContain('Please write to Maya Lindqvist (maya@northwind.example)');
});

test('a link to an address leads to that very address, whatever characters it has', async () => {
  const placedBy = { name: 'R&D', email: 'r&d+a=b@northwind.example' };
  const { html } = await write(ines, 'first', {}, { placedBy });
  const [, link = ''] = /href="(mailto:[^"]+)"/.exec(html) ?? [];
  expect(link).toBe('mailto:r%26d%2Ba%3Db@northwind.example');
});

test('whoever placed the order is not told to ask themselves', async () => {
  const toMaya = await write({ ...ines, email: 'Maya@northwind.example' });
  expect(toMaya).not.toHaveProperty('replyTo');
  expect(toMaya.text).not.toContain('who placed the order');
});

test('product and offer have the names that people know, with the code of the offer', async () => {
  const settings = {
    productName: 'Harbor Suite',
    offerNames: { 'A-FLEX': 'Flex', 'A-FLEX-3': 'Flex 3.0', 'A-WX': 'Meetings' },
  };
  const { text } = await write(ines, 'first', settings);
  expect(text).toContain('The Harbor Suite subscription for ');
  expect(text).toContain('Offer: Flex 3.0 (A-FLEX-3)');
  expect((await write(hana, 'first', settings)).text).toContain('様の Harbor Suite サブスクリプションの');
});

test('long addresses may be broken between their parts, and the rest of a text is left as it is', async () => {
  const settings = {
    supportAddress: 'subscriptions@help.example.com',
    postalLine: '1 Quay St., Oslo/Norway',
  };
  const { html } = await write(ines, 'first', settings);
  expect(html).toContain('Support: subscriptions@help.example.com<br />1 Quay St., Oslo/Norway');
  expect(html).toContain(
    '>https://admin<wbr />.webex<wbr />.com<wbr />/<wbr />?subscriptionId<wbr />=Sub-1<',
  );
});

test('it says who writes, and where to get help, as HTML and as text alike', async () => {
  const settings = {
    brand: 'Northwind',
    supportAddress: 'help@example.com',
    postalLine: '1 Quay Street, Oslo',
  };
  const { html, text } = await write(hana, 'first', settings);
  for (const part of [html, text]) {
    expect(part).toContain('平素よりお世話になっております。Northwind よりご連絡いたします。');
    expect(part).toContain('お問い合わせ先: help@example.com');
    expect(part).toContain('1 Quay Street, Oslo');
  }
  expect((await write(ines)).text).toContain('Kind regards,\nProvisioning\n');
});

test('names are text, whatever they contain', async () => {
  const { html, text } = await write(ines);
  expect(html).toContain('Hello Ines &lt;b&gt;Duarte&lt;/b&gt;,');
  expect(text).toContain('Hello Ines <b>Duarte</b>,');
});
