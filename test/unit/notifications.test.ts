import {
  type Choice,
  choiceDays,
  chosen,
  claimDigest,
  endOf,
  endToTell,
  isHeld,
  isTimeZone,
  isTooLate,
  nextDigestAt,
  seen,
  type Wishes,
  withoutDigest,
} from '../../shared/domain/notifications.ts';
import { minus, plus } from '../../shared/domain/time.ts';

const now = '2026-11-22T09:00:00.000Z';
const wishes: Wishes = { digest: true, bounces: false, locale: 'en', timeZone: 'Europe/Berlin' };
const made = {
  partnerId: 'northwind',
  person: 'maya',
  email: 'maya@northwind.example',
  token: 'token',
  at: now,
};
const choice = (changes: Partial<Choice> = {}): Choice => ({
  ...chosen(undefined, wishes, made),
  ...changes,
});

describe('digests leave at 08:00 where their readers are', () => {
  it.each([
    ['UTC', '2026-11-22T07:59:59.999Z', '2026-11-22T08:00:00.000Z'],
    ['UTC', '2026-11-22T08:00:00.000Z', '2026-11-23T08:00:00.000Z'],
    ['Asia/Tokyo', '2026-11-22T22:59:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-22T09:00:00.000Z', '2026-11-23T02:30:00.000Z'],
    ['Asia/Kathmandu', '2026-11-22T09:00:00.000Z', '2026-11-23T02:15:00.000Z'],
    ['Australia/Eucla', '2026-11-22T09:00:00.000Z', '2026-11-22T23:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-22T17:59:00.000Z', '2026-11-22T18:00:00.000Z'],
    // Clocks go forward, and back, in the night before.
    ['Europe/Berlin', '2026-03-28T07:00:00.000Z', '2026-03-29T06:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T06:00:00.000Z', '2026-10-25T07:00:00.000Z'],
    // A day that was left out: after 29 December 2011 came the 31st.
    ['Pacific/Apia', '2011-12-29T18:00:00.000Z', '2011-12-30T18:00:00.000Z'],
  ])('%s, after %s: %s', (timeZone, after, next) => {
    expect(nextDigestAt(timeZone, after)).toBe(next);
  });

  /* With summers of half an hour, with changes at midnight, and with none. */
  it.each(['Australia/Lord_Howe', 'America/Santiago', 'Asia/Tokyo'])(
    '%s: once for each day of a year',
    (timeZone) => {
      const date = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
      const days: string[] = [];
      for (let at = nextDigestAt(timeZone, '2026-01-01T00:00:00.000Z'); at < '2027-01-01';) {
        days.push(date.format(new Date(at)));
        expect(Date.parse(at) % (15 * 60 * 1000)).toBe(0);
        at = nextDigestAt(timeZone, at);
      }
      expect(new Set(days).size).toBe(days.length);
      expect(days.length).toBeGreaterThanOrEqual(364);
    },
  );

  it('a time zone has a name that IANA keeps', () => {
    for (const name of ['Europe/Berlin', 'UTC', 'Asia/Calcutta']) expect(isTimeZone(name)).toBe(true);
    for (const name of ['', '+09:00', 'Mars/Olympus', 'local', 'system', '../etc'])
      expect(isTimeZone(name)).toBe(false);
  });

  it('one that is late by half a day is left to the next', () => {
    expect(isTooLate(now, plus(now, 'PT12H'))).toBe(false);
    expect(isTooLate(now, plus(now, 'PT12H1S'))).toBe(true);
  });
});

describe('a choice', () => {
  it('is claimed once for each digest', () => {
    const due = choice({ digestDueAt: now });
    const claimed = claimDigest(due, now);
    expect(claimed?.digestDueAt).toBe('2026-11-23T07:00:00.000Z');
    expect(claimed && claimDigest(claimed, now)).toBeUndefined();
  });

  it('tells nothing that happened before it was made, and goes on where it was when it is made again', () => {
    expect(choice().coveredUntil).toBe(now);
    const later = plus(now, 'P2D');
    const again = chosen(choice(), { ...wishes, locale: 'ja' }, { ...made, token: 'other', at: later });
    expect(again).toMatchObject({ locale: 'ja', token: 'token', coveredUntil: now, seenAt: later });
    expect(again.digestDueAt).toBe(choice().digestDueAt);
    const moved = chosen(choice(), { ...wishes, timeZone: 'Asia/Tokyo' }, { ...made, at: later });
    expect(moved.digestDueAt).toBe(nextDigestAt('Asia/Tokyo', later));
    const resumed = chosen(withoutDigest(choice()), wishes, { ...made, at: later });
    expect(resumed).toMatchObject({ coveredUntil: later, digestDueAt: nextDigestAt('Europe/Berlin', later) });
    expect(withoutDigest(choice()).digestDueAt).toBeUndefined();
  });

  it(`ends ${choiceDays} days after its person was here last, and says so in the week before`, () => {
    const end = endOf(choice());
    expect(isHeld(choice(), minus(end, 'PT1S'))).toBe(true);
    expect(isHeld(choice(), end)).toBe(false);
    expect(endToTell(choice(), minus(end, 'P8D'))).toBeUndefined();
    expect(endToTell(choice(), minus(end, 'P7D'))).toBe(end);
    const back = seen(choice(), plus(now, 'P50D'));
    expect(isHeld(back, end)).toBe(true);
    // Noted once a day: people open many pages.
    expect(seen(back, plus(now, 'P50DT1H'))).toBe(back);
    const anew = chosen(
      choice(),
      { ...wishes, digest: false, bounces: true },
      { ...made, token: 'new', at: end },
    );
    expect(anew).toMatchObject({ token: 'new', digest: false, version: 0 });
  });
});
