import { usualMailRate } from '../../shared/domain/lane.ts';
import { quotas } from './aws.ts';
import { baseCostOf, costOf, costsOf, extras } from './costs.ts';
import { defaults } from '../../infra/settings.ts';
import { type Outcome, quotaUse, remindersPerLine, type Scenario, simulate } from './model.ts';
import { assumed, assumptions, optionOf, usualPopulation as population } from './population.ts';
import { workflowFacts } from './line-life.ts';

/* What the model says, as text for a terminal and as the page in the docs. */

const usual = {
  region: 'elsewhere',
  horizonDays: 2,
  seed: 1,
  linesPerMonth: 0,
  atMidnight: 0,
  population,
} as const;
/** What SES grants many accounts at first, and what one asks for with the volume. */
const usualMail = { perSecond: usualMailRate, perDay: 50_000 };

const scenarios: readonly Scenario[] = [
  { ...usual, name: '10,000 a month', linesPerMonth: 10_000, mail: usualMail },
  { ...usual, name: '1 million a month', linesPerMonth: 1_000_000, mail: usualMail },
  {
    ...usual,
    name: '1 million a month, more mail',
    linesPerMonth: 1_000_000,
    mail: { perSecond: 50, perDay: 500_000 },
  },
  {
    ...usual,
    name: '10 million a month, more mail',
    linesPerMonth: 10_000_000,
    mail: { perSecond: 200, perDay: 4_000_000 },
  },
];

export const midnights: readonly Scenario[] = [
  { ...usual, name: '50,000 at midnight', atMidnight: 50_000, mail: usualMail },
  { ...usual, name: '100,000 at midnight', atMidnight: 100_000, mail: usualMail },
  {
    ...usual,
    name: '100,000 at midnight, more mail',
    atMidnight: 100_000,
    mail: { perSecond: 50, perDay: 500_000 },
  },
];

const count = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (share: number): string =>
  `${share > 0 && share < 0.01 ? '< 1' : (share * 100).toFixed(0)} %`;

function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  if (seconds < 100 * 60) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 100 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(0)} days`;
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const extrasListed = listed(extras);

const mailOf = ({ mail }: Scenario): string => `${mail.perSecond}/s, ${count(mail.perDay)} a day`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** One scenario, for a terminal. */
export function describe(outcome: Outcome): string {
  const { scenario, emails, delay, unsent, digests, peak } = outcome;
  const rows = [
    ['first emails that fell due', count(emails)],
    ['delay of half of them', duration(delay.p50)],
    ['delay of 95 of 100', duration(delay.p95)],
    ['delay of 99 of 100', duration(delay.p99)],
    ['delay of the last', duration(delay.last)],
    ['not sent ten days after the month', count(unsent)],
    ['most that wait at once', count(peak.waiting)],
    ['most open executions', count(peak.openExecutions)],
    ['most concurrent calls of functions', count(peak.concurrency)],
    ['most write units a second', count(peak.writeUnits)],
    ...Object.entries(quotaUse(outcome)).map(([quota, share]) => [`quota: ${quota}`, percent(share)]),
    ...(digests.due > 0
      ? [
          ['digests a day', count(digests.due / 30)],
          ['of these given up', percent(digests.givenUp / digests.due)],
        ]
      : []),
    ['USD for 1,000 lines', baseCostOf(outcome).toFixed(3)],
    [`the same with ${extrasListed}`, costOf(outcome).toFixed(3)],
    ...(scenario.linesPerMonth > 0
      ? [['USD a month', count((costOf(outcome) * scenario.linesPerMonth) / 1000)]]
      : []),
  ];
  const width = Math.max(...rows.map(([what = '']) => what.length));
  return rows.map(([what = '', value = '']) => `${what.padEnd(width)}  ${value.padStart(12)}`).join('\n');
}

/** How late first emails are. */
export const delayTable = (outcomes: readonly Outcome[]): string =>
  table(
    ['lines due', 'SES', 'p50', 'p95', 'p99', 'last', 'most that wait'],
    outcomes.map(({ scenario, delay, unsent, peak }) => [
      scenario.name,
      mailOf(scenario),
      duration(delay.p50),
      duration(delay.p95),
      duration(delay.p99),
      unsent > 0 ? `never: ${count(unsent)}` : duration(delay.last),
      count(peak.waiting),
    ]),
  );

/** A month as any other, whose lines cost what all cost. */
export const usualMonth = (): Outcome =>
  simulate({ ...usual, name: '', linesPerMonth: 10_000, mail: usualMail });

/** The guide, with what 1,000 lines cost. */
export function withCosts(guide: string): string {
  const month = usualMonth();
  const parts = costsOf(month);
  const rows = (of: typeof parts) => of.map(({ what, dollars }) => [what, dollars.toFixed(3)]);
  const costs = table(
    ['for 1,000 lines', 'USD'],
    [
      ...rows(parts.filter(({ extra }) => extra === undefined)),
      ['**together**', `**${baseCostOf(month).toFixed(3)}**`],
      ...rows(parts.filter(({ extra }) => extra !== undefined)),
      ['with all of these', costOf(month).toFixed(3)],
    ],
  );
  return guide
    .replace(/(?<=Every 1,000 order lines add some )[\d.]+/, baseCostOf(month).toFixed(2))
    .replace(/[\d.]+(?= in all\.)/, costOf(month).toFixed(2))
    .replace(/\| for 1,000 lines .*\n(?:\|.*\n)+/, `${costs}\n`);
}

/** The page in the docs, and its charts. */
export function page(): {
  readonly markdown: string;
  readonly charts: { readonly months: string; readonly midnights: string };
} {
  const months = scenarios.map(simulate);
  const nights = midnights.map(simulate);
  const firstOfMonth = 1e6 * (1 - population.dueAtOnce) * population.onFirstOfMonth;
  const reminders = remindersPerLine(population);
  const quotaNames = Object.keys(quotaUse(months[0] ?? simulate(scenarios[0] as Scenario)));
  const { retrySeconds, sendingTimeoutSeconds } = workflowFacts();
  const markdown = `<!-- Written by npm run simulate -- --docs -->

# How far it scales

What happens when many lines come, as a model says that is made of the service's own rules: the states and retries of the
workflow's definition, the shares of the quotas that the sweep and the lane of first emails use, and what each step writes
into the table. It goes through three months minute by minute, and knows AWS's default quotas. None of it was measured on
AWS. Ask it about your own numbers:

\`\`\`sh
npm run simulate -- --lines-per-month 2000000 --mail-rate 50 --mail-per-day 500000
npm run simulate -- --at-midnight 80000 --region large
\`\`\`

## What it assumes

Guesses, for want of figures. Each is an option: \`npm run simulate -- --copies 0 --digests-per-partner 5\`.

${table(
  ['assumption', 'option', ''],
  assumed.map((name) => [assumptions[name].what, `\`--${optionOf(name)}\``, String(assumptions[name].value)]),
)}

By these and the settings, contacts are reminded ${defaults.reminders.beforeClose.join(' and ')} before the end, where that is in the second half of
the window: ${reminders.toFixed(2)} reminders a line. First emails, reminders and the copies of both wait in the same lane, a copy
behind what is there once its email has left. Digests are due at 08:00 UTC and leave at half of SES's rate while nobody
waits in the lane.

## How late first emails are

${delayTable(months)}

![How many of the first emails of a month have left, by how late they are](../.github/images/scale-months.svg)

Many lines at one midnight, and nothing else:

${delayTable(nights)}

![How many of the first emails of one midnight have left, by the hour](../.github/images/scale.svg)

- The rate that SES grants says how long a midnight takes, and **the day's quota says more**: it counts 24 hours back, so what
  does not fit into one day waits for the same hour of the next. The lane leaves a tenth of it to what people send.
- Of a million lines a month, ${count(firstOfMonth)} are due on the first, which does not fit into ${count(usualMail.perDay)} emails a day. Ask SES for as many a day as
  the busiest day brings, and for a rate that sends these in the hours that you want to wait.
- Nothing fails meanwhile, and what people send does not wait for them. A first email that SES refuses is tried for up to ${duration(retrySeconds)}, then
  the sweep tries again; one may wait ${duration(sendingTimeoutSeconds)} for its turn.
- **Digests** give way to emails of lines. One that could not leave within twelve hours is left to the next day, which tells
  the same; so many of a month's are: ${listed(
    months.map(({ scenario, digests }) => `${percent(digests.givenUp / digests.due)} (${scenario.name})`),
  )}.

## What of AWS's default quotas is used

At the busiest moment, in a region other than N. Virginia, Oregon and Ireland, which have more. Over 100 % means: ask for
more before you get there.

${table(
  [
    'quota',
    ...months.map(({ scenario }) => scenario.name),
    ...nights.slice(1, 2).map(({ scenario }) => scenario.name),
  ],
  quotaNames.map((name) => [
    name,
    ...[...months, ...nights.slice(1, 2)].map((outcome) => percent(quotaUse(outcome)[name] ?? NaN)),
  ]),
)}

- **Open executions**: ten million lines a month hold ${(Math.max(...months.map(({ peak }) => peak.openExecutions)) / 1e6).toFixed(1)} million executions open, although these start only two days before
  their start date: it is the windows that last. An account has ${count(quotas.openExecutions)}. See [open
  executions](README.md#open-executions): ask for more, or split by partner over accounts.
- **State transitions**: at 100 %, Step Functions lets the executions of one midnight go on one after the other. That
  delays by minutes and fails nothing.
- **StopExecution** is reckoned for customers who set up one after the other. An order of 10,000 lines that is onboarded at once
  uses all of it for minutes; its executions wait for their turn to be stopped, and would do nothing.
- **Table writes** are compared with the ${count(quotas.writeUnits)} a second that a new table takes. It grows with what it is used for; before
  the first big month, set its warm throughput.

## What it costs

${table(
  ['lines', 'USD for 1,000', `with ${extrasListed}`, 'USD a month with these'],
  months
    .filter(({ scenario }) => !scenario.name.includes('million a month,') || scenario.linesPerMonth > 1e6)
    .map((outcome) => [
      count(outcome.scenario.linesPerMonth),
      baseCostOf(outcome).toFixed(3),
      costOf(outcome).toFixed(3),
      count((costOf(outcome) * outcome.scenario.linesPerMonth) / 1000),
    ]),
)}

The first is the base: first emails in their lane, resends, and everything that a line cannot do without. The target of 0.35 is
for that one. ${extrasListed.replace(/^./, (letter) => letter.toUpperCase())} come on top as far as they are used, by the assumptions above. Both are beside what an
[idle service](README.md#what-it-costs) costs; the guide has the parts. List prices of US East without free tiers.

## What it leaves out

It counts lines by the minute rather than each by itself, and knows no failures of AWS, no other
users of the account, no notices of emails that came back, no cold starts, and no partition that is hotter than others. The sweep works without pauses here; it may begin up to a quarter of an
hour later.
`;
  return { markdown, charts: { months: monthChart(months), midnights: midnightChart(nights) } };
}

const colours = ['#0b62a4', '#b4451f', '#2e7d32', '#7b3fa0'];
const frame = { left: 60, top: 20, width: 560, height: 240 };

interface Chart {
  /** What it shows, and what is told from left to right. */
  readonly title: string;
  readonly axis: string;
  /** Places on the axis, from 0 to 1, with what is written there. */
  readonly ticks: readonly (readonly [place: number, text: string])[];
  /** Shares at places on the axis, with the name of the curve. */
  readonly curves: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
  /** Where the names of the curves begin. */
  readonly legend: { readonly left: number; readonly top: number };
}

/** Shares from 0 to 100 %, as an SVG for light and dark pages alike. */
function chart({ title, axis, ticks, curves, legend }: Chart): string {
  const x = (place: number) => (frame.left + place * frame.width).toFixed(1);
  const y = (share: number) => (frame.top + (1 - share) * frame.height).toFixed(1);
  const text = (left: number | string, top: number | string, words: string, anchor = 'middle') =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}">${words}</text>`;
  const drawn = curves.map(({ name, points }, index) => {
    const places = points.map(([place, share]) => `${x(place)},${y(Math.min(1, share))}`);
    const stroke = `stroke="${colours[index]}" stroke-width="2.5"`;
    const { left } = legend;
    const top = legend.top + index * 22;
    return `<polyline points="${places.join(' ')}" fill="none" ${stroke}/>
<line x1="${left}" x2="${left + 24}" y1="${top - 4}" y2="${top - 4}" ${stroke}/>${text(left + 32, top, name, 'start')}`;
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${x(0)}" x2="${x(1)}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>${text(frame.left - 8, Number(y(share)) + 4, percent(share), 'end')}`,
  );
  const marks = ticks.map(([place, words]) => text(x(place), frame.top + frame.height + 18, words));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 310" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<rect width="640" height="310" fill="#fff"/>
${[...grid, ...marks, ...drawn].join('\n')}
${text(frame.left + frame.width / 2, 300, axis)}
</svg>
`;
}

/** How many of the emails of a midnight have left by which hour. */
function midnightChart(outcomes: readonly Outcome[]): string {
  const hours = 50;
  return chart({
    title: 'How many of the first emails of one midnight have left, by the hour',
    axis: 'hours after midnight',
    ticks: [0, 6, 12, 18, 24, 30, 36, 42, 48].map((hour) => [hour / hours, String(hour)]),
    curves: outcomes.map(({ scenario, sentByHour, emails }) => ({
      name: `${count(scenario.atMidnight)} lines: SES takes ${mailOf(scenario)}`,
      points: [0, ...sentByHour.slice(0, hours)].map((sent, hour) => [hour / hours, sent / emails]),
    })),
    legend: { left: 270, top: frame.top + 150 },
  });
}

/** How many of the emails of a month have left within which time. */
function monthChart(outcomes: readonly Outcome[]): string {
  const longest = 20 * 24 * 3600;
  const place = (seconds: number) => Math.log(seconds) / Math.log(longest);
  const times = Array.from({ length: 101 }, (_, index) => longest ** (index / 100));
  return chart({
    title: 'How many of the first emails of a month have left, by how late they are',
    axis: 'after they fell due',
    ticks: [
      [1, '1 s'],
      [10, '10 s'],
      [60, '1 min'],
      [600, '10 min'],
      [3600, '1 h'],
      [6 * 3600, '6 h'],
      [24 * 3600, '1 day'],
      [7 * 24 * 3600, '7 days'],
    ].map(([seconds, words]) => [place(Number(seconds)), String(words)]),
    curves: outcomes.map(({ scenario, delays, emails }) => ({
      name: `${scenario.name}: ${scenario.mail.perSecond}/s`,
      points: times.map((within) => {
        const left = [...delays].filter(([seconds]) => seconds <= within);
        return [place(within), left.reduce((sum, [, sent]) => sum + sent, 0) / emails];
      }),
    })),
    legend: { left: 325, top: frame.top + 135 },
  });
}
