import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { inputErrorText } from '../../shared/contracts/validation.ts';
import { regionClasses } from './aws.ts';
import { simulate } from './model.ts';
import { assumed, assumptions, optionOf, type Population } from './population.ts';
import { withCosts, describe, page } from './report.ts';

const usage = `Says what happens when many lines come: delays of first emails, use of quotas, costs. See infra/SCALE.md.

  npm run simulate -- [--lines-per-month 1000000] [--at-midnight 0] [--mail-rate 14] [--mail-per-day 50000]
                      [--horizon-days 2] [--region elsewhere] [--seed 1]
  npm run simulate -- --docs && npm run format

  --lines-per-month  lines booked in 30 days
  --at-midnight      lines that are due at one midnight, besides
  --mail-rate        emails that SES takes a second
  --mail-per-day     emails that SES takes in 24 hours
  --horizon-days     how long before its start date a line gets its execution
  --region           large (N. Virginia, Oregon, Ireland), or elsewhere
  --docs             write infra/SCALE.md and its charts anew, and what lines cost in infra/README.md

What it assumes of lines and partners, unless told otherwise:

${assumed.map((name) => `  --${optionOf(name)} ${assumptions[name].value}\n      ${assumptions[name].what}`).join('\n')}
`;

const positive = z.coerce.number('must be a number').positive('must be above zero');
const options = z.object({
  'lines-per-month': z.coerce.number('must be a number').min(0),
  'at-midnight': z.coerce.number('must be a number').min(0),
  'mail-rate': positive,
  'mail-per-day': positive,
  'horizon-days': z.coerce.number('must be a number').int().min(0).max(30),
  region: z.enum(regionClasses),
  seed: z.coerce.number('must be a number').int(),
});

/** What is assumed, by the options. */
const population = (values: Readonly<Record<string, string | boolean | undefined>>): Population => {
  const chosen = z
    .object(Object.fromEntries(assumed.map((name) => [optionOf(name), assumptions[name].of])))
    .parse(values);
  return Object.fromEntries(assumed.map((name) => [name, chosen[optionOf(name)]])) as Population;
};

function main(): void {
  const { values } = parseArgs({
    options: {
      'lines-per-month': { type: 'string' },
      'at-midnight': { type: 'string', default: '0' },
      'mail-rate': { type: 'string', default: '14' },
      'mail-per-day': { type: 'string', default: '50000' },
      'horizon-days': { type: 'string', default: '2' },
      region: { type: 'string', default: 'elsewhere' },
      seed: { type: 'string', default: '1' },
      ...Object.fromEntries(
        assumed.map((name) => [
          optionOf(name),
          { type: 'string' as const, default: String(assumptions[name].value) },
        ]),
      ),
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.docs) {
    const { markdown, charts } = page();
    const images = join(import.meta.dirname, '../../.github/images');
    writeFileSync(join(import.meta.dirname, '../../infra/SCALE.md'), markdown);
    writeFileSync(join(images, 'scale.svg'), charts.midnights);
    writeFileSync(join(images, 'scale-months.svg'), charts.months);
    const guide = join(import.meta.dirname, '../../infra/README.md');
    writeFileSync(guide, withCosts(readFileSync(guide, 'utf8')));
    return;
  }
  const isMidnight = Number(values['at-midnight']) > 0;
  const chosen = options.parse({ 'lines-per-month': isMidnight ? '0' : '1000000', ...values });
  const outcome = simulate({
    name: '',
    linesPerMonth: chosen['lines-per-month'],
    atMidnight: chosen['at-midnight'],
    region: chosen.region,
    mail: { perSecond: chosen['mail-rate'], perDay: chosen['mail-per-day'] },
    horizonDays: chosen['horizon-days'],
    seed: chosen.seed,
    population: population(values),
  });
  console.log(describe(outcome));
}

try {
  main();
} catch (error) {
  const reason =
    error instanceof z.ZodError ? inputErrorText(error) : error instanceof Error ? error.message : '';
  console.error(`${reason}\n\n${usage}`);
  process.exitCode = 1;
}
