import { type AccountMail } from '../shared/domain/lane.ts';
import { isSandbox, wordsOnMail } from './mail-rate.ts';

/* Whether mail servers will believe that emails come from their sender, according to SES and DNS. */

export interface Finding {
  readonly verdict: 'ok' | 'warning' | 'failure';
  readonly about: 'identity' | 'DKIM' | 'MAIL FROM' | 'SPF' | 'DMARC' | 'account';
  readonly says: string;
  /** What to do about it. */
  readonly then?: string;
}

/** Records by name; empty if there are none. Throws if the answer is unknown. */
export interface Dns {
  readonly txt: (name: string) => Promise<readonly string[]>;
  /** Host names. */
  readonly mx: (name: string) => Promise<readonly string[]>;
}

/** What SES knows of a domain or an address. */
export interface Identity {
  readonly name: string;
  readonly isVerified: boolean;
  /** The signing keys: their names below `_domainkey`. */
  readonly dkim: { readonly isOn: boolean; readonly status: string; readonly selectors: readonly string[] };
  /** The domain of the envelope sender, if it is not SES's own. */
  readonly mailFrom?: { readonly domain: string; readonly status: string };
}

export interface Account {
  readonly region: string;
  /** The identities among these names that SES knows. */
  readonly identities: (names: readonly string[]) => Promise<readonly Identity[]>;
  readonly isSending: () => Promise<boolean>;
  readonly quota: () => Promise<AccountMail>;
}

const ok = (about: Finding['about'], says: string): Finding => ({ verdict: 'ok', about, says });
const warning = (about: Finding['about'], says: string, then: string): Finding => ({
  verdict: 'warning',
  about,
  says,
  then,
});
const failure = (about: Finding['about'], says: string, then: string): Finding => ({
  verdict: 'failure',
  about,
  says,
  then,
});

/** All findings about a sender. What cannot be queried is a failure, too. */
export async function checkSender(address: string, dns: Dns, account: Account): Promise<readonly Finding[]> {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const known = await asked('identity', 'SES', () => account.identities([address, ...withParents(domain)]));
  const identities = isFinding(known) ? [] : known;
  const signing = identities.find(({ name, dkim }) => !name.includes('@') && dkim.isOn);
  const ofIdentity = isFinding(known)
    ? [known]
    : [
        identityOf(address, domain, known),
        ...(await dkimOf(domain, signing, dns)),
        ...(await mailFromOf(domain, known, account.region, dns)),
      ];
  return [
    ...ofIdentity,
    ...(await ownSpfOf(domain, dns)),
    ...(await dmarcOf(domain, signing, dns)),
    ...(await accountOf(account)),
  ];
}

/** A domain and the registrable domains above it, nearest first. */
function withParents(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

/** The answer, or that there is none. */
async function asked<Answer>(
  about: Finding['about'],
  whom: 'SES' | 'DNS',
  ask: () => Promise<Answer>,
): Promise<Answer | Finding> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const then =
      whom === 'SES'
        ? 'Sign in to AWS with a region (AWS_PROFILE, AWS_REGION), as for a deployment.'
        : "Try again; if this persists, the domain's name servers do not answer.";
    return failure(about, `${whom} cannot be asked: ${reason}`, then);
  }
}

const isFinding = (answer: object): answer is Finding => 'verdict' in answer;

function identityOf(address: string, domain: string, identities: readonly Identity[]): Finding {
  const verified = identities.filter(({ isVerified }) => isVerified);
  const ofDomain = verified.find(({ name }) => !name.includes('@'));
  if (ofDomain) return ok('identity', `SES has verified ${ofDomain.name} in this region`);
  const then = `Create the identity ${domain} in SES, in the region of the stack, and publish the records that SES shows.`;
  if (verified.length === 0)
    return failure('identity', `SES has verified neither ${address} nor ${domain} in this region`, then);
  return warning('identity', `SES has verified ${address} alone, not its domain`, then);
}

async function dkimOf(domain: string, signing: Identity | undefined, dns: Dns): Promise<readonly Finding[]> {
  if (!signing) {
    const then = 'Turn on Easy DKIM for the identity, and publish the CNAME records that SES shows.';
    return [failure('DKIM', `Emails are not signed as ${domain}`, then)];
  }
  const { name, dkim } = signing;
  const found = await asked('DKIM', 'DNS', async () => {
    const keys = dkim.selectors.map(async (selector) => {
      const key = `${selector}._domainkey.${name}`;
      return { key, isThere: (await dns.txt(key)).some((text) => /(?:^|;)\s*p=[^;\s]/.test(text)) };
    });
    return await Promise.all(keys);
  });
  if (isFinding(found)) return [found];
  const missing = found.filter(({ isThere }) => !isThere).map(({ key }) => key);
  if (missing.length > 0 || found.length === 0) {
    const then = `Publish the records that SES shows for them: ${missing.join(', ')}`;
    return [failure('DKIM', `${missing.length} of ${found.length} keys are not in DNS`, then)];
  }
  if (dkim.status !== 'Success') {
    const then = 'SES checks again by itself, for up to 72 hours after the records are published.';
    return [failure('DKIM', `The keys are in DNS, and SES reports ${dkim.status}`, then)];
  }
  return [ok('DKIM', `Emails are signed as ${name}; ${found.length} keys are in DNS`)];
}

async function mailFromOf(
  domain: string,
  identities: readonly Identity[],
  region: string,
  dns: Dns,
): Promise<readonly Finding[]> {
  const mailFrom = identities.find((identity) => identity.mailFrom)?.mailFrom;
  if (!mailFrom) {
    const says =
      'SES’s own domain is on the envelope, so SPF says nothing of yours, and DMARC hangs on DKIM alone';
    const then = `Set a custom MAIL FROM domain for the identity, for example bounce.${domain}.`;
    return [warning('MAIL FROM', says, then)];
  }
  const wanted = `feedback-smtp.${region}.amazonses.com`;
  const [mx, txt] = await Promise.all([
    asked('MAIL FROM', 'DNS', () => dns.mx(mailFrom.domain)),
    asked('SPF', 'DNS', () => dns.txt(mailFrom.domain)),
  ]);
  return [
    isFinding(mx) ? mx : mxOf(mailFrom, mx, wanted),
    isFinding(txt) ? txt : spfOf(mailFrom.domain, txt),
  ];
}

function mxOf(
  { domain, status }: NonNullable<Identity['mailFrom']>,
  hosts: readonly string[],
  wanted: string,
): Finding {
  const [host] = hosts;
  if (hosts.length !== 1 || host?.toLowerCase() !== wanted) {
    const says = `The MX of ${domain} is ${hosts.length === 0 ? 'missing' : hosts.join(', ')}`;
    return failure('MAIL FROM', says, `Publish this one alone: ${domain} MX 10 ${wanted}`);
  }
  if (status !== 'Success') {
    const then = 'SES checks again by itself, for up to 72 hours after the records are published.';
    return failure('MAIL FROM', `The MX of ${domain} is right, and SES reports ${status}`, then);
  }
  return ok('MAIL FROM', `${domain} is on the envelope`);
}

const sesSpf = 'v=spf1 include:amazonses.com ~all';
const recordsOf = (version: RegExp, texts: readonly string[]) => texts.filter((text) => version.test(text));
const spfRecord = /^v=spf1(?: |$)/i;

/** The SPF record of the domain on the envelope, which is what receivers look up. */
function spfOf(domain: string, texts: readonly string[]): Finding {
  const records = recordsOf(spfRecord, texts);
  const [record = ''] = records;
  const publish = `Publish one record: ${domain} TXT "${sesSpf}"`;
  if (records.length !== 1) return failure('SPF', `${domain} has ${records.length} SPF records`, publish);
  if (letsAllIn(record)) return failure('SPF', `${domain} lets anyone send: ${record}`, publish);
  if (!/ \+?include:amazonses\.com(?: |$)/i.test(record))
    return failure('SPF', `${domain} does not let SES send: ${record}`, 'Add include:amazonses.com to it.');
  return ok('SPF', `${domain} lets SES send`);
}

const letsAllIn = (record: string): boolean => / \+?all(?: |$)/i.test(record);

/**
 * Receivers do not look up the SPF record of the sender's own domain for these emails, but it must not let others
 * pretend to be the sender.
 */
async function ownSpfOf(domain: string, dns: Dns): Promise<readonly Finding[]> {
  const texts = await asked('SPF', 'DNS', () => dns.txt(domain));
  if (isFinding(texts)) return [texts];
  const records = recordsOf(spfRecord, texts);
  if (records.length > 1)
    return [
      failure('SPF', `${domain} has ${records.length} SPF records, so none is valid`, 'Merge them into one.'),
    ];
  if (records.some(letsAllIn))
    return [failure('SPF', `${domain} lets anyone send: ${records.join()}`, 'End it with ~all or -all.')];
  return [];
}

/** The DMARC record of the domain, or of the nearest domain above that has one. */
async function dmarcOf(domain: string, signing: Identity | undefined, dns: Dns): Promise<readonly Finding[]> {
  for (const name of withParents(domain)) {
    const texts = await asked('DMARC', 'DNS', () => dns.txt(`_dmarc.${name}`));
    if (isFinding(texts)) return [texts];
    const records = recordsOf(/^v=DMARC1\s*(?:;|$)/i, texts);
    if (records.length > 1)
      return [
        failure(
          'DMARC',
          `_dmarc.${name} has ${records.length} records, so none is valid`,
          'Merge them into one.',
        ),
      ];
    const [record] = records;
    if (record !== undefined) return [policyOf(record, name, domain, signing)];
  }
  const then = `Publish _dmarc.${domain} TXT "v=DMARC1; p=none; rua=mailto:…", read the reports, then ask for quarantine.`;
  return [failure('DMARC', `${domain} has no DMARC record; large mail providers ask for one`, then)];
}

function policyOf(record: string, name: string, domain: string, signing: Identity | undefined): Finding {
  const tags = new Map(
    record.split(';').map((part): [string, string] => {
      const [tag = '', value = ''] = part.split('=').map((text) => text.trim().toLowerCase());
      return [tag, value];
    }),
  );
  const policy = (name === domain ? undefined : tags.get('sp')) ?? tags.get('p') ?? '';
  if (!['none', 'quarantine', 'reject'].includes(policy))
    return failure(
      'DMARC',
      `_dmarc.${name} names no policy: ${record}`,
      'Give it p=none, quarantine or reject.',
    );
  if (tags.get('adkim') === 's' && signing && signing.name !== domain) {
    const says = `_dmarc.${name} asks for signatures of exactly ${domain}, and emails are signed as ${signing.name}`;
    return failure('DMARC', says, `Create the identity ${domain} in SES, or leave adkim=s out.`);
  }
  if (policy === 'none') {
    const says = `_dmarc.${name} asks for reports only: mail of others who pretend to be ${domain} is delivered`;
    return warning(
      'DMARC',
      says,
      'Once the reports show no mail of yours that fails, ask for quarantine or reject.',
    );
  }
  return ok('DMARC', `_dmarc.${name} asks receivers to ${policy} what only pretends to be ${domain}`);
}

async function accountOf(account: Account): Promise<readonly Finding[]> {
  const state = await asked('account', 'SES', async () => ({
    isSending: await account.isSending(),
    quota: await account.quota(),
  }));
  if (isFinding(state)) return [state];
  const { isSending, quota } = state;
  const paused = failure('account', 'Sending is paused', 'See the account dashboard of SES for the reason.');
  const words = wordsOnMail(quota);
  const about = isSandbox(quota)
    ? failure('account', words, 'Ask for production access in the SES console.')
    : ok('account', words);
  return isSending ? [about] : [paused, about];
}
