import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { laneRate } from '../../shared/domain/lane.ts';
import { quotaUse, type Scenario, simulate } from '../scale/model.ts';
import { baseCostOf, costOf, costsOf } from '../scale/costs.ts';
import { unitsOf } from '../scale/line-life.ts';
import { type Assumption, usualPopulation } from '../scale/population.ts';
import { delayTable, midnights, usualMonth, withCosts } from '../scale/report.ts';
import { itemOf, line } from '../support/lines.ts';

/* The model of many lines, by what can be reckoned without it. */

const scenario: Scenario = {
  name: 'a month',
  linesPerMonth: 0,
  atMidnight: 0,
  region: 'large',
  mail: { perSecond: 10, perDay: 1e9 },
  horizonDays: 2,
  seed: 1,
  population: usualPopulation,
};

test('lines of one midnight are late by what the rate of the mail service requires', () => {
  const { delay, unsent, peak } = simulate({ ...scenario, atMidnight: 30_000 });
  const whole = 30_000 / laneRate(10);
  expect(unsent).toBe(0);
  expect(Math.abs(delay.last - whole)).toBeLessThan(60);
  expect(Math.abs(delay.p50 - whole / 2)).toBeLessThan(60);
  expect(peak.openExecutions).toBeCloseTo(30_000);
});

test('what does not fit into a day of the mail service leaves a day later', () => {
  const perDay = 20_000;
  const { delay, peak } = simulate({ ...scenario, atMidnight: perDay, mail: { perSecond: 10, perDay } });
  expect(peak.emailsOfDay).toBeLessThanOrEqual(perDay);
  expect(delay.p50).toBeLessThan(3600);
  expect(delay.last).toBeGreaterThan(24 * 3600);
  expect(delay.last).toBeLessThan(25 * 3600);
});

const month = { ...scenario, linesPerMonth: 10_000 };
const outcome = simulate(month);

test('a month is the same for the same seed, and sends all that falls due', () => {
  expect(simulate(month)).toEqual(outcome);
  expect(simulate({ ...month, seed: 2 })).not.toEqual(outcome);
  expect(outcome.unsent).toBe(0);
  expect(Math.abs(outcome.emails - 10_000)).toBeLessThan(500);
});

test('ten times the lines hold ten times the executions', () => {
  const open = (of: typeof outcome) => quotaUse(of)['open executions'] ?? NaN;
  const tenTimes = simulate({ ...month, linesPerMonth: 10 * month.linesPerMonth });
  expect(open(tenTimes) / open(outcome)).toBeCloseTo(10, 0);
});

test('a thousand lines cost less than 0.35 USD, beside what a deployment may do without', () => {
  expect(baseCostOf(usualMonth())).toBeLessThan(0.35);
});

const without = (...names: readonly Assumption[]): Scenario => ({
  ...month,
  population: { ...usualPopulation, ...Object.fromEntries(names.map((name) => [name, 0])) },
});

test('copies, digests and webhooks cost what is assumed of them, and nothing where nobody uses them', () => {
  const bare = simulate(without('copies', 'digestsPerPartner', 'webhooks'));
  const dollars = (of: typeof outcome, name: string) =>
    costsOf(of).find(({ extra }) => extra === name)?.dollars ?? NaN;
  for (const name of ['copies', 'digests', 'webhooks']) {
    expect(dollars(bare, name)).toBe(0);
    expect(dollars(outcome, name)).toBeGreaterThan(0);
  }
  expect(baseCostOf(bare)).toBe(baseCostOf(outcome));
  expect(costOf(bare)).toBeLessThan(costOf(outcome));
});

test('copies and digests count toward the emails of a day', () => {
  const bare = simulate(without('copies', 'digestsPerPartner'));
  const copied = simulate(without('digestsPerPartner'));
  expect(copied.peak.emailsOfDay).toBeGreaterThan(bare.peak.emailsOfDay);
  expect(outcome.peak.emailsOfDay).toBeGreaterThan(copied.peak.emailsOfDay);
});

test('digests leave each day, and give way where the emails of lines take all there is', () => {
  const ofDay = (month.linesPerMonth / usualPopulation.linesPerPartner) * usualPopulation.digestsPerPartner;
  expect(outcome.digests.due).toBeCloseTo(30 * ofDay * usualPopulation.digestsWithNews);
  expect(outcome.digests.givenUp).toBe(0);
  const tight = simulate({ ...month, mail: { perSecond: 10, perDay: 500 } });
  expect(tight.digests.givenUp).toBeGreaterThan(0);
});

/** Tables as they are before they are laid out. */
const cells = (text: string) =>
  text.split('\n').map((row) =>
    row
      .replace(/^\|(?: *:?-+:? *\|)+$/, '|-|')
      .split('|')
      .map((cell) => cell.trim())
      .join('|'),
  );

const docs = (name: string) => readFileSync(join(import.meta.dirname, '../../infra', name), 'utf8');

test('the guide says what lines cost, as the model does; else run npm run simulate -- --docs', () => {
  expect(cells(docs('README.md'))).toEqual(cells(withCosts(docs('README.md'))));
});

describe('a write of the table', () => {
  const scheduled = itemOf(line());
  const closesAt = '2027-01-01T00:00:00.000Z';

  test.each<[string, object | undefined, object, { item: number; entries: number }]>([
    [
      'costs a unit for each entry of its indexes that is new',
      undefined,
      scheduled,
      { item: 1, entries: 12 },
    ],
    [
      'costs none for entries that stay as they are',
      scheduled,
      { ...scheduled, version: 2 },
      { item: 1, entries: 0 },
    ],
    [
      'costs one for each entry that says something else, and two for each that moves',
      scheduled,
      { ...scheduled, position: closesAt },
      { item: 1, entries: 2 + 10 },
    ],
    [
      'costs one for each entry that goes',
      { ...scheduled, customerWord: 'A' },
      { ...scheduled, customerWord: undefined },
      { item: 1, entries: 2 },
    ],
    [
      'costs a unit for each kB of the larger item',
      { ...scheduled, note: 'é'.repeat(1024) },
      scheduled,
      { item: 3, entries: 0 },
    ],
  ])('%s', (_, before, after, units) => {
    expect(unitsOf(before && { ...before }, { ...after })).toEqual(units);
  });
});

test('the page about midnights says what the model says; else run npm run simulate -- --docs', () => {
  const written = cells(docs('SCALE.md'));
  const [head, , ...rows] = cells(delayTable(midnights.map(simulate)));
  expect(written).toEqual(expect.arrayContaining([head, ...rows]));
});
