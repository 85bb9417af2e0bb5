import { type JWTPayload, UnsecuredJWT } from 'jose';
import type * as z from 'zod';
import { contactChange, listQuery, idempotencyHeaders } from '../../shared/contracts/api.ts';
import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { declaredEvents, functionFor } from '../../infra/intake-rules.ts';
import { busEvent } from '../../infra/local/event-bus.ts';
import { neededOf } from '../../functions/serve-console/sign-in.ts';
import { verifiedClaims } from '../../shared/runtime/gateway-context.ts';
import { defaults } from '../../infra/settings.ts';
import { callerOf } from '../../shared/use-cases/access.ts';
import { emailAddress, identifier, plainText, startDate, timestamp } from '../../shared/contracts/fields.ts';
import { inputErrors } from '../../shared/contracts/validation.ts';
import { webhookChange } from '../../shared/contracts/webhook-api.ts';
import { booked, cancelled, onboarded, rescheduled } from '../support/events.ts';
import { sessionCookie } from '../support/session.ts';

const takes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;
const control = (code: number) => String.fromCodePoint(code);

describe('an identifier', () => {
  it.each(['A', 'ORD-1001', 'a.b_c-D9', '-', '.', '0', 'x'.repeat(64)])('takes %s', (value) => {
    expect(takes(identifier, value)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['65 characters', 'x'.repeat(65)],
    ['a space', 'ORD 1'],
    ['the separator of keys', 'ORD#1'],
    ['a slash', 'ORD/1'],
    ['a line break at its end', 'ORD-1\n'],
    ['a letter that is not ASCII', 'ÖRD-1'],
    ['full-width digits', 'ORD-１'],
    ['a number', 1001],
    ['null', null],
  ])('does not take %s', (_, value) => {
    expect(takes(identifier, value)).toBe(false);
  });
});

describe('a start date', () => {
  it.each([
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-12-01T09:30:00Z', '2026-12-01T09:30:00.000Z'],
    ['2026-12-01T09:30:00.1234567Z', '2026-12-01T09:30:00.123Z'],
    ['2026-12-01T00:30:00+09:00', '2026-11-30T15:30:00.000Z'],
    ['2026-12-31T23:30:00-05:00', '2027-01-01T04:30:00.000Z'],
    ['1970-01-01', '1970-01-01T00:00:00.000Z'],
    ['2199-12-31', '2199-12-31T00:00:00.000Z'],
  ])('%s means %s', (text, instant) => {
    expect(startDate.parse(text)).toBe(instant);
  });

  it.each<[string, unknown]>([
    ['a day that does not exist', '2026-02-30'],
    ['the 29th of February of a common year', '2026-02-29'],
    ['a month that does not exist', '2026-13-01'],
    ['an hour that does not exist', '2026-12-01T25:00:00Z'],
    ['a time on a day that does not exist', '2026-02-30T00:00:00Z'],
    ['a time without an offset', '2026-12-01T09:30:00'],
    ['a year before 1970', '1969-12-31'],
    ['a time before 1970 in UTC', '1970-01-01T00:00:00+09:00'],
    ['a year after 2199', '2200-01-01'],
    ['a time after 2199 in UTC', '2199-12-31T23:00:00-05:00'],
    ['a year of five digits', '+12026-12-01'],
    ['another notation', '01/12/2026'],
    ['a week date', '2026-W49-2'],
    ['no leading zeros', '2026-1-1'],
    ['a space at the end', '2026-12-01 '],
    ['a line break at the end', '2026-12-01\n'],
    ['nothing', ''],
    ['a number', 1764547200000],
  ])('is not %s', (_, value) => {
    expect(takes(startDate, value)).toBe(false);
  });
});

describe('a timestamp', () => {
  it('is a time in UTC with milliseconds, whatever its offset', () => {
    expect(timestamp.parse('2026-11-22T10:00:00+01:00')).toBe('2026-11-22T09:00:00.000Z');
  });

  it.each(['2026-11-22', '2026-11-22T10:00:00', '2026-02-30T10:00:00Z', '1969-12-31T23:59:59Z', 'now'])(
    'is not %s',
    (value) => {
      expect(takes(timestamp, value)).toBe(false);
    },
  );

  it('is refused for one reason only if it is no time at all', () => {
    expect(timestamp.safeParse('now').error?.issues.map(({ message }) => message)).toEqual([
      'must be an RFC 3339 timestamp with an offset, for example 2026-11-22T09:00:00Z',
    ]);
  });
});

describe('an email address', () => {
  it.each([
    'jane@example.com',
    'JANE.DOE+ccw@mail.example.co.jp',
    'o_brien-1@example.com',
    'info@xn--e1afmkfd.xn--p1ai',
    'info@xn--bcher-kva.example',
    `${'x'.repeat(64)}@example.com`,
    `jane@${'x'.repeat(63)}.com`,
    'jane@3-m.com',
    'r&d@example.com',
    '/g=jane/s=doe/@example.com',
  ])('takes %s', (value) => {
    expect(takes(emailAddress, value)).toBe(true);
  });

  it.each([
    [254, true],
    [255, false],
  ])('of %i characters: %s', (length, isTaken) => {
    const domain = `${`${'x'.repeat(62)}.`.repeat(3)}com`;
    const address = `${'x'.repeat(length - domain.length - 1)}@${domain}`;
    expect(takes(emailAddress, address)).toBe(isTaken);
  });

  it.each([
    ['a second header after CR LF', 'jane@example.com\r\nBcc: all@example.com'],
    ['a line break at its end', 'jane@example.com\n'],
    ['a line break inside', 'jane\n@example.com'],
    ['a NUL', `jane${control(0)}@example.com`],
    ['a display name', 'Jane <jane@example.com>'],
    ['two addresses', 'jane@example.com,joe@example.com'],
    ['two addresses with a semicolon', 'jane@example.com;joe@example.com'],
    ['a space around it', ' jane@example.com '],
    ['a letter that is not ASCII', 'jäne@example.com'],
    ['no domain', 'jane@'],
    ['no name', '@example.com'],
    ['a name of 65 characters', `${'x'.repeat(65)}@example.com`],
    ['a top-level domain of digits', 'jane@127.0.0.1'],
    ['a punycode domain without an end', 'jane@example.xn--'],
    ['a label of 64 characters in its domain', `jane@${'x'.repeat(64)}.com`],
    ['a label that ends in a hyphen', 'jane@example-.com'],
    ['a route with a percent sign', 'jane%example.net@example.com'],
    ['a route with an exclamation mark', 'example.net!jane@example.com'],
    ['an encoded word', '=?utf-8?q?jane?=@example.com'],
    ['markup', '<b>jane@example.com'],
    ['two at signs', 'jane@@example.com'],
    ['nothing', ''],
  ])('is not %s', (_, value) => {
    expect(takes(emailAddress, value)).toBe(false);
  });

  it.each([
    ['jane%example.net@example.com', 5, '"%"'],
    ['jäne@example.com', 2, '"ä"'],
    ['jane＠example.com', 5, '"＠"'],
    ['jane@my_company.com', 8, '"_"'],
    ['jane@@example.com', 5, '"@"'],
    ['jane..doe@example.com', 6, '"."'],
    ['jane.@example.com', 5, '"."'],
    ['jane@example..com', 14, '"."'],
    ['jane@example-.com', 13, '"-"'],
    ['jane@-example.com', 6, '"-"'],
    ['jane@example.com.', 17, '"."'],
    ['𠮷ane@example.com', 1, '"𠮷"'],
    ['jane@exam😀ple.com', 10, '"😀"'],
    [' jane@example.com ', 1, 'a space'],
    ['jane@example.com\u3000', 17, 'a space'],
    ['jane@example.com\u200b', 17, '"U+200B"'],
    ['jane@example.com\n', 17, '"U+000A"'],
    ['jane\ud83d@example.com', 5, '"U+D83D"'],
  ])('refuses %j with character %i, %s', (value, position, what) => {
    expect(messageOf(value)).toBe(
      `must be an email address, for example jane@example.com; character ${position}, ${what}, cannot be there`,
    );
  });

  it.each(['Jane <jane@example.com>', 'jane', 'jane@', 'jane@example', `${'x'.repeat(65)}@example.com`, ''])(
    'refuses %j without blaming a character',
    (value) => {
      expect(messageOf(value)).toBe('must be an email address, for example jane@example.com');
    },
  );

  const messageOf = (value: string) => emailAddress.safeParse(value).error?.issues[0]?.message;
});

describe('a name', () => {
  const name = plainText(20);

  it.each(['Alder & Finch', 'O’Brien', '佐藤 花子', 'a < b', '5 > 3', '𠮷野家', 'x'.repeat(20)])(
    'takes %s',
    (value) => {
      expect(takes(name, value)).toBe(true);
    },
  );

  it.each([
    ['Persian', 'نرم\u200cافزار'],
    ['Sinhala', 'ශ්\u200dරී ලංකා'],
    ['Malayalam, at the end of a word', 'അവന്\u200d'],
    ['an emoji of several', '👩🏽\u200d💻'],
  ])('takes the joiners of %s', (_, value) => {
    expect(takes(name, value)).toBe(true);
  });

  it('loses the space around it', () => {
    expect(name.parse('  Joanna Reyes ')).toBe('Joanna Reyes');
  });

  it.each([
    ['nothing', ''],
    ['nothing but space', '   '],
    ['one character too many', 'x'.repeat(21)],
    ['a line break', 'Joanna\nReyes'],
    ['a carriage return', 'Joanna\rReyes'],
    ['a tab', 'Joanna\tReyes'],
    ['a NUL', `Joanna${control(0)}`],
    ['an escape', `Joanna${control(0x1b)}[0m`],
    ['a text direction', `Joanna${control(0x202e)}seyeR`],
    ['an invisible space', `Jo${control(0x200b)}anna`],
    ['a joiner that joins nothing', `Joanna ${control(0x200d)}Reyes`],
    ['two joiners in a row', `Jo${control(0x200c).repeat(2)}anna`],
    ['nothing but a joiner', control(0x200d)],
    ['a line separator', `Joanna${control(0x2028)}Reyes`],
    ['half a character', 'Joanna\ud800'],
    ['a tag', '<b>Joanna</b>'],
    ['a script', '<script>alert(1)'],
    ['a comment', '<!-- x'],
    ['the end of a tag', '</td>'],
  ])('is not %s', (_, value) => {
    expect(takes(name, value)).toBe(false);
  });
});

describe('events', () => {
  const withDetail = (event: { detail: unknown }, changes: object) => ({
    ...event,
    detail: { ...(event.detail as object), ...changes },
  });

  it.each([
    booked('ORD-1'),
    rescheduled('ORD-1', '2026-12-01', '2026-11-01T00:00:00Z'),
    cancelled('ORD-1'),
    onboarded('ORD-1'),
  ])('$detail-type: fields that nobody knows here are ignored', (event) => {
    const schema = declaredEvents.find(({ functionName }) => functionName === functionFor(event))?.schema;
    const parsed = schema?.parse({
      ...withDetail(event, { colour: 'blue' }),
      account: '123456789012',
      version: '0',
    });
    expect(parsed).toEqual(schema?.parse(event));
    expect(parsed).toHaveProperty('detail.orderId', 'ORD-1');
  });

  it('a contact without a locale is written to in English', () => {
    expect(orderLineBooked.schema.parse(booked('ORD-1')).detail.provisioningContact.locale).toBe('en');
  });

  it.each<[string, object, string]>([
    ['no order', { orderId: undefined }, 'detail.orderId'],
    ['no customer', { endCustomer: {} }, 'detail.endCustomer.name'],
    ['a wrong address', { placedBy: { name: 'Maya', email: 'maya' } }, 'detail.placedBy.email'],
    [
      'an unknown language',
      { provisioningContact: { email: 'a@example.com', locale: 'de' } },
      'detail.provisioningContact.locale',
    ],
    ['an impossible day', { requestedStartDate: '2026-02-30' }, 'detail.requestedStartDate'],
  ])('a booking with %s is refused with the place of the mistake', (_, changes, path) => {
    const { error } = orderLineBooked.schema.safeParse(withDetail(booked('ORD-1'), changes));
    expect(error && inputErrors(error).map((one) => one.path)).toEqual([path]);
  });

  it('what is wrong is said without the value, which may be personal', () => {
    const { error } = orderLineBooked.schema.safeParse(
      withDetail(booked('ORD-1'), { orderId: 'secret value' }),
    );
    expect(JSON.stringify(error && inputErrors(error))).not.toContain('secret value');
  });
});

describe('requests', () => {
  it.each(['1', '25', '99', '100'])('a list may have %s lines a page', (limit) => {
    expect(listQuery.parse({ limit }).limit).toBe(Number(limit));
  });

  it.each(['0', '101', '1000', '-1', '1.5', '1e2', '0x10', '007', ' 5', '', 'all'])(
    'a page of "%s" lines makes no sense',
    (limit) => {
      expect(takes(listQuery, { limit })).toBe(false);
    },
  );

  it('a list has 25 lines a page unless asked otherwise', () => {
    expect(listQuery.parse({})).toEqual({ limit: 25 });
  });

  it.each<[string, object]>([
    ['a status that does not exist', { status: 'Open' }],
    ['a flag that is neither true nor false', { provisioningPending: '1' }],
    ['an empty search', { q: ' ' }],
    ['an outcome of emails that does not exist', { delivery: 'bounced' }],
    ['a time of no length', { closingWithin: 'PT0S' }],
    ['a time before now', { closingWithin: '-PT1H' }],
    ['a time that is no duration', { closingWithin: '48h' }],
    ['a time of which a part is missing', { closingWithin: 'P1DT' }],
    ['a time forth and back', { closingWithin: 'P2DT-1H' }],
    ['a time beyond all windows', { closingWithin: 'P10000Y' }],
    ['a parameter that is not known', { state: 'Closed' }],
  ])('a list with %s makes no sense', (_, query) => {
    expect(takes(listQuery, query)).toBe(false);
  });

  it('a contact change names what it does not know', () => {
    const { error } = contactChange.safeParse({ email: 'a@example.com', applyToAll: true });
    expect(error && inputErrors(error)).toEqual([{ path: 'applyToAll', message: 'is not known here' }]);
  });

  it.each<[string, unknown, string]>([
    ['no text', null, 'must be text; an empty one removes it'],
    ['markup', '<b>', 'must be plain text, without markup'],
  ])(
    'a description of a webhook that is %s is refused with what to write instead',
    (_, description, message) => {
      const { error } = webhookChange.safeParse({ description });
      expect(error && inputErrors(error)).toEqual([{ path: 'description', message }]);
    },
  );

  it('a contact change is for one line unless asked otherwise', () => {
    expect(contactChange.parse({ email: 'a@example.com' })).toEqual({
      email: 'a@example.com',
      applyToAllLines: false,
    });
  });

  it.each<[string, boolean]>([
    ['7f3c-01', true],
    ['x'.repeat(255), true],
    ['x'.repeat(256), false],
    ['', false],
    ['two words', false],
    ['schlüssel', false],
  ])('an idempotency key of "%s": %s', (key, isTaken) => {
    expect(takes(idempotencyHeaders, { 'idempotency-key': key })).toBe(isTaken);
  });
});

describe('a caller', () => {
  const names = { partnerId: 'partner_id', roles: 'roles' };

  it.each([
    ['rana@northwind.example', 'rana@northwind.example'],
    ['N'.repeat(5000), 'N'.repeat(254)],
    ['語'.repeat(254), '語'.repeat(84)],
    ['𠮷'.repeat(254), '𠮷'.repeat(63)],
  ])('is named in at most 254 bytes', (name, shown) => {
    expect(callerOf({ sub: 'subject', name }, names).name).toBe(shown);
  });

  it.each([
    ['too long', 'p'.repeat(65)],
    ['the key of all partners', '*'],
    ['two parts of a key', 'northwind#Closed'],
    ['empty', ''],
  ])('of a partner that no order can have, %s, is nobody', (_, partnerId) => {
    const claims = { sub: 'subject', partner_id: partnerId };
    expect(() => callerOf(claims, names)).toThrow('The access token lacks claims that are needed');
  });

  it.each<[unknown, string[]]>([
    [
      ['view', 'resend'],
      ['view', 'resend'],
    ],
    ['view, resend', ['view', 'resend']],
    ['resend', ['resend']],
    [['resend view'], []],
    [['[view', 'operator]', 'guests'], []],
    [undefined, []],
  ])('with the roles %j has %j', (roles, granted) => {
    expect([...callerOf({ sub: 'subject', roles }, names).roles]).toEqual(granted);
  });

  describe('that is a program of the user pool', () => {
    const pool = { ...defaults.poolClaimNames };
    const program = (scope: string) => callerOf({ sub: 'client', client_id: 'client', scope }, pool);
    const scopes = 'provisioning-emails/resend provisioning-emails/partner:northwind';

    it('is what the scopes of its token say', () => {
      expect(program(`${scopes} provisioning-emails/program:orders`)).toEqual({
        name: 'orders',
        subject: 'client',
        partnerId: 'northwind',
        roles: new Set(['resend']),
      });
      expect(program(scopes).name).toBe('client');
    });

    it('has no more than it asked for', () => {
      expect(program('provisioning-emails/partner:northwind').roles).toEqual(new Set());
      expect(program('provisioning-emails/view')).not.toHaveProperty('partnerId');
    });

    it('of two partners is nobody', () => {
      expect(() => program(`${scopes} provisioning-emails/partner:riverbend`)).toThrow('claims');
    });

    it('has nothing from the scopes of another resource server, or of an issuer whose scopes are not its own', () => {
      const nobody = { name: 'client', subject: 'client', roles: new Set() };
      const others = scopes.replaceAll('provisioning-emails/', 'provisioning-emails-test/');
      expect(program(others)).toEqual(nobody);
      expect(callerOf({ sub: 'client', scope: scopes }, names)).toEqual(nobody);
    });
  });

  describe('is who the verified token says', () => {
    const claims = { sub: 'maya', exp: 1_800_000_000, roles: ['resend view'] };
    const flattened = { sub: 'maya', exp: '1800000000', roles: '[resend view]' };
    const bearer = (of: JWTPayload) => `Bearer ${new UnsecuredJWT(of).encode()}`;

    it('with lists as they are in it', () => {
      expect(verifiedClaims(flattened, bearer(claims))).toEqual(claims);
    });

    it.each<[string, Record<string, unknown> | undefined, string | undefined]>([
      ['nobody verified', undefined, bearer(claims)],
      ['is another one, of somebody else', flattened, bearer({ ...claims, sub: 'erik' })],
      ['is another one, with another end', flattened, bearer({ ...claims, exp: 1_900_000_000 })],
      ['never ends', { sub: 'maya' }, bearer({ sub: 'maya' })],
      ['is missing', flattened, undefined],
      ['is none', flattened, 'Bearer nonsense'],
    ])('and nobody if it %s', (_, gateway, authorization) => {
      expect(verifiedClaims(gateway, authorization)).toBeUndefined();
    });
  });

  it('of 500 groups fits into a cookie', async () => {
    const groups = Array.from({ length: 500 }, (_, at) => `a-group-of-the-directory-${at}`);
    const claims = neededOf(
      { sub: 'maya', email: 'maya@northwind.example', nonce: 'n', roles: [...groups, 'resend'] },
      names,
    );
    expect(claims).toEqual({ sub: 'maya', email: 'maya@northwind.example', roles: ['resend'] });
    const key = () => Promise.resolve(new TextEncoder().encode('a key for tests, of more than 32 bytes'));
    expect((await sessionCookie({ key, now: () => new Date() }, claims)).length).toBeLessThan(1024);
  });
});

describe('an event of the local controls', () => {
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;

  it.each([
    [100, true],
    [101, false],
    [20_000, false],
  ])('with %i levels in its detail: %s', (levels, isTaken) => {
    expect(takes(busEvent, { source: 'a', 'detail-type': 'b', detail: nested(levels) })).toBe(isTaken);
  });
});
