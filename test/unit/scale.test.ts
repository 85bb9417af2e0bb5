import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { laneRateShare } from '../../shared/domain/lane.ts';
import { quotaUse, type Scenario, simulate } from '../scale/model.ts';
import { costOf, delayTable, midnights } from '../scale/report.ts';

/* The model of many lines, by what can be reckoned without it. */

const scenario: Scenario = {
  name: 'a month',
  linesPerMonth: 0,
  atMidnight: 0,
  region: 'large',
  mail: { perSecond: 10, perDay: 1e9 },
  horizonDays: 2,
  seed: 1,
};

test('lines of one midnight are late by what the rate of the mail service requires', () => {
  const { delay, unsent, peak } = simulate({ ...scenario, atMidnight: 30_000 });
  const whole = 30_000 / (10 * laneRateShare);
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

test('a month is the same for the same seed, and sends all that falls due', () => {
  const month = { ...scenario, linesPerMonth: 10_000 };
  const outcome = simulate(month);
  expect(simulate(month)).toEqual(outcome);
  expect(simulate({ ...month, seed: 2 })).not.toEqual(outcome);
  expect(outcome.unsent).toBe(0);
  expect(Math.abs(outcome.emails - 10_000)).toBeLessThan(500);
});

test('ten times the lines hold ten times the executions', () => {
  const open = (linesPerMonth: number) =>
    quotaUse(simulate({ ...scenario, linesPerMonth, mail: { perSecond: 1000, perDay: 1e9 } }))[
      'open executions'
    ] ?? NaN;
  expect(open(1_000_000) / open(100_000)).toBeCloseTo(10, 0);
});

test('a thousand lines cost what the guide says, to a cent', () => {
  const cost = costOf(simulate({ ...scenario, atMidnight: 1000 }));
  const guide = readFileSync(join(import.meta.dirname, '../../infra/README.md'), 'utf8');
  const [, told] = /Every 1,000 order lines add some ([\d.]+) USD/.exec(guide) ?? [];
  expect(Math.abs(cost - Number(told))).toBeLessThan(0.01);
});

test('the page about midnights says what the model says; else run npm run simulate -- --docs', () => {
  const cells = (text: string) =>
    text.split('\n').map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .join('|'),
    );
  const written = cells(readFileSync(join(import.meta.dirname, '../../infra/SCALE.md'), 'utf8'));
  const [head, , ...rows] = cells(delayTable(midnights.map(simulate)));
  expect(written).toEqual(expect.arrayContaining([head, ...rows]));
});
