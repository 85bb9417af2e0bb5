import * as z from 'zod';

/*
 * Who the lines are for, and what their partners use. Guesses, for want of figures; `npm run simulate` takes others by the
 * names they have here.
 */

const number = z.coerce.number('must be a number');
const share = number.min(0).max(1, 'must be a share, from 0 to 1');
const amount = number.min(0);
const positive = number.positive('must be above zero');
const days = number.int('must be whole days').min(1);

/** Each with its value, those it may have, and what it is, as the page in the docs says it. */
export const assumptions = {
  dueAtOnce: {
    value: 0.3,
    of: share,
    what: 'share of the lines that are due at once; the others are at a midnight (UTC)',
  },
  onFirstOfMonth: {
    value: 0.2,
    of: share,
    what: 'share of those others that are due on the first of a month',
  },
  longestLeadDays: { value: 30, of: days, what: 'days before its start date that a line is booked, at most' },
  shortWindow: {
    value: 0.5,
    of: share,
    what: 'share of the lines with a window of 7 days; all others have 30',
  },
  settledEarly: { value: 0.72, of: share, what: 'share that is set up or cancelled before the window ends' },
  daysToSetUp: { value: 5, of: positive, what: 'days after which these are, on average' },
  resends: { value: 0.2, of: amount, what: 'emails sent again or to another contact, for each line' },
  resentWithinDays: { value: 5, of: days, what: 'days within which they are' },
  copies: { value: 0.1, of: share, what: 'share of the lines with a second recipient (`copyTo`)' },
  linesPerPartner: { value: 200, of: positive, what: 'lines that a partner books a month' },
  digestsPerPartner: { value: 2, of: amount, what: 'people of a partner who get a daily digest' },
  digestsWithNews: {
    value: 0.8,
    of: share,
    what: 'share of the digests with something to say; others are not sent',
  },
  webhooks: {
    value: 0.2,
    of: share,
    what: 'share of the lines whose partner has a webhook, which gets all events',
  },
} as const satisfies Readonly<Record<string, { value: number; of: z.ZodType<number>; what: string }>>;

export type Assumption = keyof typeof assumptions;
export type Population = Readonly<Record<Assumption, number>>;

export const assumed = Object.keys(assumptions) as Assumption[];

export const usualPopulation = Object.fromEntries(
  assumed.map((name) => [name, assumptions[name].value]),
) as Population;

/** What an assumption is called on the command line. */
export const optionOf = (name: Assumption): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
