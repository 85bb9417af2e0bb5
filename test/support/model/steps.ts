import fc from 'fast-check';
import { faultNames } from '../trial.ts';
import { type Fault, people, type Person, reportFates, services } from './target.ts';

/** How many steps a sequence has. */
const stepsEach = 30;

export const hour = 60 * 60_000;
const day = 24 * hour;

export const windowDays = { 'A-FLEX-3-EDU': 7, 'A-WX': 30 } as const;

export const places = ['A1', 'A2', 'B1', 'B2'] as const;
export type Place = (typeof places)[number];

/** Requested start dates from now; never a sum of waits, so that no step ends just when a line is due. */
export const starts = { past: undefined, soon: 0.5 * day, later: 3.5 * day, 'next year': 200.5 * day };

/** Much happens to few lines. */
const place = fc.constantFrom<Place>('A1', 'A1', 'A1', 'A2', 'A2', ...places);
const start = fc.constantFrom<keyof typeof starts>('past', 'past', 'soon', 'later', 'next year');
const person = fc.constantFrom<Person>('resend', 'resend', 'resend', 'resend', ...people);
const copies = fc.constantFrom(1, 1, 1, 2, 3);

/** What people and other systems do. */
const deed = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nothing') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('book'),
      place,
      offer: fc.constantFrom<keyof typeof windowDays>('A-FLEX-3-EDU', 'A-WX'),
      start,
      copies,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reschedule'), place, start, isNewer: fc.boolean(), copies }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), place, copies }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('onboard'), place, copies }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver an old event again'), which: fc.nat(40) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('resend'),
      place,
      person,
      key: fc.constantFrom(undefined, 'key-1', 'key-1', 'key-2'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('change contact'),
      place,
      person,
      to: fc.constantFrom('ada', 'ADA', 'ben', 'Ben'),
      allLines: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change contact all day'), place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      duration: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('PT30S', 'PT2M') },
        { weight: 1, arbitrary: fc.constantFrom('P1D', 'P1D', 'P7D', 'P7D', 'P30D', 'P30D', 'P200D') },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('let mail be refused'),
      times: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 12),
      error: fc.constantFrom('Throttling', 'MessageRejected'),
    }),
  },
);

/** What goes wrong without a call that fails. */
const mishap = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('let reports be'),
      fate: fc.constantFrom(...reportFates),
      times: fc.constantFrom(1, 1, 2, 5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose the execution'), place }) },
);

type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;
type Mishap = typeof mishap extends fc.Arbitrary<infer Value> ? Value : never;

/** What happens, and the fault that a call meets meanwhile. */
export type Step = (Deed | Mishap) & { readonly fault?: Fault };
export type StepTo<Do extends Step['do']> = Extract<Step, { do: Do }>;

/** Any call, and most of all that of the mail service. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    service: fc.constantFrom(...services),
    name: fc.constantFrom(...faultNames),
    after: fc.constantFrom(0, 0, 1, 1, 2, 3, 4, 5),
  }),
  fc.record({
    service: fc.constant('ses'),
    name: fc.constantFrom(...faultNames),
    after: fc.constantFrom(0, 0, 0, 1),
  }),
);

/** Steps, of which one in three meets a fault if it makes the call. */
const withFaults = (steps: fc.Arbitrary<Deed | Mishap>): fc.Arbitrary<Step> =>
  fc
    .tuple(steps, fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fault }))
    .map(([step, met]) => (met && step.do !== 'nothing' ? { ...step, fault: met } : step));

const sequenceOf = (step: fc.Arbitrary<Step>) =>
  fc.array(step, { minLength: stepsEach, maxLength: stepsEach });

/** Sequences in which nothing fails but what the mail service refuses. */
export const sequencesWithoutFaults: fc.Arbitrary<Step[]> = sequenceOf(deed);

/** Sequences in which any call may fail in any way. */
export const sequencesWithFaults: fc.Arbitrary<Step[]> = sequenceOf(
  withFaults(
    fc.oneof({ withCrossShrink: true }, { weight: 12, arbitrary: deed }, { weight: 1, arbitrary: mishap }),
  ),
);

/** Sequences that failed once. */
export const onceFailed: Step[][] = [
  [
    { do: 'book', place: 'A1', offer: 'A-WX', start: 'soon', copies: 1 },
    { do: 'reschedule', place: 'A1', start: 'next year', isNewer: true, copies: 1 },
    { do: 'wait', duration: 'P1D' },
    { do: 'wait', duration: 'P200D' },
  ],
];

/** A contact that is saved while nobody knows whether the first email left to the one before; it did. */
const contactMissed: Step[] = [
  { do: 'book', place: 'A1', offer: 'A-WX', start: 'past', copies: 1 },
  { do: 'resend', place: 'A1', person: 'resend', key: undefined },
  { do: 'let reports be', fate: 'late', times: 1 },
  {
    do: 'book',
    place: 'A2',
    offer: 'A-WX',
    start: 'past',
    copies: 1,
    fault: { service: 'ses', name: 'fails after', after: 0 },
  },
  { do: 'change contact', place: 'A2', person: 'resend', to: 'ada', allLines: false },
];

/** Sequences that are rare among the random ones. */
export const rare: Step[][] = [
  [...contactMissed, { do: 'wait', duration: 'P1D' }],
  [
    ...contactMissed,
    { do: 'reschedule', place: 'A2', start: 'next year', isNewer: true, copies: 1 },
    { do: 'wait', duration: 'P1D' },
  ],
];
