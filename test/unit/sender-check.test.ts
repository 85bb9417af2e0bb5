import { type Account, checkSender, type Dns, type Identity } from '../../infra/sender-check.ts';

const address = 'provisioning@mail.example.com';

/** Records of a sender that nothing is to be said against. */
const records = {
  'one._domainkey.example.com': ['p=MIGf'],
  'two._domainkey.example.com': ['k=rsa; p=MIGf'],
  'bounce.example.com': ['v=spf1 include:amazonses.com ~all'],
  '_dmarc.example.com': ['v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com'],
};
const identity: Identity = {
  name: 'example.com',
  isVerified: true,
  dkim: { isOn: true, status: 'Success', selectors: ['one', 'two'] },
  mailFrom: { domain: 'bounce.example.com', status: 'Success' },
};
const account: Account = {
  region: 'eu-central-1',
  identities: (names) => Promise.resolve(names.includes(identity.name) ? [identity] : []),
  isSending: () => Promise.resolve(true),
  quota: () => Promise.resolve({ perSecond: 14, most: 50_000, sent: 0 }),
};
const goodMx = ['feedback-smtp.eu-central-1.amazonses.com'];

const dnsOf = (texts: Readonly<Record<string, readonly string[]>>, mx: readonly string[] = goodMx): Dns => ({
  txt: (name) => Promise.resolve(texts[name] ?? []),
  mx: () => Promise.resolve(mx),
});

/** What is not all right, in short. */
const wrong = async (dns: Dns, of: Account = account) =>
  (await checkSender(address, dns, of))
    .filter(({ verdict }) => verdict !== 'ok')
    .map(
      ({ verdict, about, says, then }) => `${verdict} ${about}: ${says}${then === undefined ? ' (!)' : ''}`,
    );

const knows = (changes: Partial<Identity>): Account => ({
  ...account,
  identities: () => Promise.resolve([{ ...identity, ...changes }]),
});

test('of a good sender each part is said to be all right', async () => {
  const findings = await checkSender(address, dnsOf(records), account);
  expect(findings.map(({ verdict, about }) => [verdict, about])).toEqual(
    ['identity', 'DKIM', 'MAIL FROM', 'SPF', 'DMARC', 'account'].map((about) => ['ok', about]),
  );
});

const { mailFrom: _, ...withoutMailFrom } = identity;

test.each<[what: string, texts: Record<string, readonly string[]>, of: Account, said: string]>([
  [
    'an identity that SES does not know',
    {},
    { ...account, identities: () => Promise.resolve([]) },
    'failure identity: SES has verified neither provisioning@mail.example.com nor mail.example.com in this region',
  ],
  [
    'an address alone',
    {},
    knows({ name: address }),
    `warning identity: SES has verified ${address} alone, not its domain`,
  ],
  [
    'no signatures',
    {},
    knows({ dkim: { ...identity.dkim, isOn: false } }),
    'failure DKIM: Emails are not signed as mail.example.com',
  ],
  [
    'a key that is missing',
    { 'two._domainkey.example.com': [] },
    account,
    'failure DKIM: 1 of 2 keys are not in DNS',
  ],
  [
    'a key that was withdrawn',
    { 'two._domainkey.example.com': ['v=DKIM1; p='] },
    account,
    'failure DKIM: 1 of 2 keys are not in DNS',
  ],
  [
    'signatures that SES has not seen the keys of',
    {},
    knows({ dkim: { ...identity.dkim, status: 'Pending' } }),
    'failure DKIM: The keys are in DNS, and SES reports Pending',
  ],
  [
    'an envelope of SES',
    {},
    { ...account, identities: () => Promise.resolve([withoutMailFrom]) },
    'warning MAIL FROM: SES’s own domain is on the envelope, so SPF says nothing of yours, and DMARC hangs on DKIM alone',
  ],
  [
    'no SPF record',
    { 'bounce.example.com': ['other'] },
    account,
    'failure SPF: bounce.example.com has 0 SPF records',
  ],
  [
    'an SPF record for others',
    { 'bounce.example.com': ['v=spf1 include:elsewhere.example -all'] },
    account,
    'failure SPF: bounce.example.com does not let SES send: v=spf1 include:elsewhere.example -all',
  ],
  [
    'an SPF record for all',
    { 'bounce.example.com': ['v=spf1 include:amazonses.com +all'] },
    account,
    'failure SPF: bounce.example.com lets anyone send: v=spf1 include:amazonses.com +all',
  ],
  [
    'two SPF records of the domain itself',
    { 'mail.example.com': ['v=spf1 -all', 'v=spf1 ~all'] },
    account,
    'failure SPF: mail.example.com has 2 SPF records, so none is valid',
  ],
  [
    'no DMARC record',
    { '_dmarc.example.com': [] },
    account,
    'failure DMARC: mail.example.com has no DMARC record; large mail providers ask for one',
  ],
  [
    'a DMARC record that asks for reports only, of subdomains',
    { '_dmarc.example.com': ['v=DMARC1; p=reject; sp=none'] },
    account,
    'warning DMARC: _dmarc.example.com asks for reports only: mail of others who pretend to be mail.example.com is delivered',
  ],
  [
    'a DMARC record of its own that does not take the signature of the domain above',
    { '_dmarc.mail.example.com': ['v=DMARC1; p=reject; adkim=s'] },
    account,
    'failure DMARC: _dmarc.mail.example.com asks for signatures of exactly mail.example.com, and emails are signed as example.com',
  ],
  [
    'a DMARC record without a policy',
    { '_dmarc.example.com': ['v=DMARC1'] },
    account,
    'failure DMARC: _dmarc.example.com names no policy: v=DMARC1',
  ],
  [
    'a paused account',
    {},
    { ...account, isSending: () => Promise.resolve(false) },
    'failure account: Sending is paused',
  ],
])('%s is found, with what to do', async (_what, texts, of, said) => {
  expect(await wrong(dnsOf({ ...records, ...texts }), of)).toContain(said);
});

test('an MX that is not that of SES in this region is found', async () => {
  const elsewhere = dnsOf(records, ['feedback-smtp.us-east-1.amazonses.com']);
  expect(await wrong(elsewhere)).toEqual([
    'failure MAIL FROM: The MX of bounce.example.com is feedback-smtp.us-east-1.amazonses.com',
  ]);
});

test('the sandbox is a failure', async () => {
  const quota = () => Promise.resolve({ perSecond: 1, most: 200, sent: 0 });
  expect(await wrong(dnsOf(records), { ...account, quota })).toEqual([
    expect.stringMatching(/^failure account: [^]*sandbox/),
  ]);
});

test('what cannot be asked is a failure, and the rest is looked at all the same', async () => {
  const fails = () => Promise.reject(new Error('queryTxt ETIMEOUT'));
  expect(await wrong({ txt: fails, mx: fails })).toEqual(
    ['DKIM', 'MAIL FROM', 'SPF', 'SPF', 'DMARC'].map(
      (about) => `failure ${about}: DNS cannot be asked: queryTxt ETIMEOUT`,
    ),
  );
  const unknown = () => Promise.reject(new Error('no credentials'));
  expect(await wrong(dnsOf(records), { ...account, identities: unknown, isSending: unknown })).toEqual(
    ['identity', 'account'].map((about) => `failure ${about}: SES cannot be asked: no credentials`),
  );
});
