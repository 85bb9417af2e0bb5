import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Route } from '../../functions/serve-api/route.ts';
import { routes } from '../../functions/serve-api/routes.ts';
import { type Client, client } from '../support/client.ts';
import { booked, partner } from '../support/events.ts';
import { pythonPackages } from '../support/python.ts';
import { startService } from '../support/service.ts';
import { bookShowcase } from '../support/showcase.ts';

/*
 * Sends thousands of requests to the running service, good and bad ones, made at random from the API's description, and
 * checks each answer against the description.
 */

const packages = ['schemathesis==4.32.5'];

/** The least number of requests that count. */
const enough = 5000;

/**
 * What each answer is checked for. Not among them: a method that a path does not have is to be 405 (it is `not-found`
 * here), and what needs calls that create or delete something.
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'positive_data_acceptance',
  'ignored_auth',
];

/** They run at the same time, each on a processor of its own; `most` random requests for each of their operations. */
const parts = [
  { name: 'reading', routes: routes.filter(isReading), most: 120 },
  { name: 'changing', routes: routes.filter((route) => !isReading(route)), most: 260 },
] as const;
type Part = (typeof parts)[number];

function isReading({ method, isOpen }: Route): boolean {
  return method === 'get' && !isOpen;
}

/** Collecting values from answers would take a tenth of the time, and finds fewer than `knownValues`. */
const phases = ['coverage', 'fuzzing']
  .map((phase) => `[phases.${phase}.extra-data-sources]\nresponses = false\n`)
  .join('\n');

/**
 * A schema cannot say that a text has no markup, is a time zone, that a cursor is one of the API's, or that no other
 * job is under way: it may be refused.
 */
const refusable = [
  'GET /order-lines',
  'PUT /orders/{orderId}/lines/{lineId}/provisioning-contact',
  'PUT /orders/{orderId}/lines/{lineId}/copy-to',
  'DELETE /orders/{orderId}/lines/{lineId}/copy-to',
  'POST /resend-jobs',
  'GET /resend-jobs',
  'GET /resend-jobs/{jobId}/items',
  'GET /order-lines/summary',
  'GET /insights',
  'POST /webhooks',
  'GET /webhooks',
  'GET /webhooks/{webhookId}',
  'PATCH /webhooks/{webhookId}',
  'DELETE /webhooks/{webhookId}',
  'POST /webhooks/{webhookId}/rotate-secret',
  'POST /webhooks/{webhookId}/test',
  'GET /webhooks/{webhookId}/deliveries',
  'PUT /me/notifications',
];
const operations = `[[operations]]
include-name = ${JSON.stringify(refusable)}
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404", "409", "429"]
`;

/** How often a random request has a value that exists: made at random, an id would lead to nothing nearly always. */
const known = {
  'path.orderId': 0.9,
  'path.lineId': 0.9,
  'path.jobId': 0.9,
  'path.webhookId': 0.9,
  'query.q': 0.3,
  'query.cursor': 0.1,
  'body.email': 0.5,
  'body.filter.q': 0.5,
  'body.lines[*].orderId': 0.9,
  'body.lines[*].lineId': 0.9,
};

/** @param values by the name of the parameter or property */
function dictionaries(values: Readonly<Record<string, readonly string[]>>): string {
  const lists = Object.entries(values).map(
    ([name, list]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(list)}\n`,
  );
  const uses = Object.entries(known).map(
    ([place, probability]) =>
      `"${place}" = { dictionary = "${place.split('.').at(-1)}", probability = ${probability} }\n`,
  );
  return [...lists, '[parameters]\n', ...uses].join('');
}

const report = z.object({ test_cases: z.object({ generated: z.int() }) });

async function main(seed: string): Promise<boolean> {
  const commands = await pythonPackages(packages, 'the fuzz test runs Schemathesis.');
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const service = await startService({ args: [] });
  try {
    const api = client(service.url);
    const token = await api.token({ partnerId: partner, roles: ['resend'], email: 'maya@northwind.example' });
    await bookLines(api);
    await writeFile(join(folder, 'openapi.json'), JSON.stringify(await api.ok('/openapi.json')));
    const values = await knownValues(api, token, service.url);
    await writeFile(join(folder, 'schemathesis.toml'), [dictionaries(values), phases, operations].join('\n'));
    const before = (await api.emails()).length;
    const target = { url: service.url, token, seed, folder, command: join(commands, 'schemathesis') };
    const runs = await Promise.all(parts.map((part) => fuzz(part, target)));
    const emails = (await api.emails()).length - before;
    return verdict(runs, emails, seed);
  } finally {
    await service.stop();
    await rm(service.dataFolder, { recursive: true });
    await rm(folder, { recursive: true });
  }
}

/** The sample orders are there; these are in every state, and enough of them may be resent. */
async function bookLines(api: Client): Promise<void> {
  await bookShowcase(api);
  await api.send(...Array.from({ length: 200 }, (_, index) => booked(`ORD-${31_000 + index}`)));
}

async function knownValues(api: Client, token: string, url: string): Promise<Record<string, string[]>> {
  const listed = z.object({
    items: z.array(
      z.object({
        orderId: z.string(),
        lineId: z.string(),
        subscriptionId: z.string(),
        provisioningContact: z.object({ email: z.string() }),
      }),
    ),
    cursor: z.string(),
  });
  const { items, cursor } = listed.parse(await api.ok('/order-lines?limit=100', { token }));
  const some = items.slice(0, 5);
  const { jobId } = await api.ok<{ jobId: string }>('/resend-jobs', {
    method: 'POST',
    token,
    json: { lines: some.map(({ orderId, lineId }) => ({ orderId, lineId })) },
  });
  const webhooks = await Promise.all(
    Array.from({ length: 3 }, () =>
      api.ok<{ webhook: { webhookId: string } }>('/webhooks', {
        method: 'POST',
        token,
        json: { url: `${url}/_local/webhooks/${partner}` },
      }),
    ),
  );
  const emails = some.map(({ provisioningContact }) => provisioningContact.email);
  return {
    orderId: [...new Set(items.map(({ orderId }) => orderId))],
    lineId: [...new Set(items.map(({ lineId }) => lineId))],
    jobId: [jobId],
    webhookId: webhooks.map(({ webhook }) => webhook.webhookId),
    q: [...some.flatMap(({ orderId, subscriptionId }) => [orderId, subscriptionId]), ...emails],
    cursor: [cursor],
    email: [...emails, 'joanna.reyes@alderfinch.example', 'new@example.com'],
  };
}

interface Run {
  readonly succeeded: boolean;
  readonly requests: number;
  readonly output: string;
}

async function fuzz(
  { name, routes, most }: Part,
  {
    url,
    token,
    seed,
    folder,
    command,
  }: { url: string; token: string; seed: string; folder: string; command: string },
): Promise<Run> {
  const reportPath = join(folder, `${name}.json`);
  const options = {
    url: url.replace('localhost', '127.0.0.1'),
    header: `Authorization: Bearer ${token}`,
    checks: checks.join(','),
    phases: 'examples,coverage,fuzzing',
    'max-examples': most,
    'include-operation-id-regex': `^(${routes.map(({ operationId }) => operationId).join('|')})$`,
    seed,
    'generation-database': 'none',
    report: 'json',
    'report-json-path': reportPath,
  };
  const child = spawn(
    command,
    [
      '--config-file=schemathesis.toml',
      'run',
      'openapi.json',
      '--no-color',
      ...Object.entries(options).map(([option, value]) => `--${option}=${value}`),
    ],
    { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  const written = await readFile(reportPath, 'utf8').catch(() => '{"test_cases":{"generated":0}}');
  return {
    succeeded: code === 0,
    requests: report.parse(JSON.parse(written)).test_cases.generated,
    output,
  };
}

/** Says in one line how it went, and otherwise all that is needed to see it again. */
function verdict(runs: readonly Run[], emails: number, seed: string): boolean {
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  const failed = runs.filter(({ succeeded }) => !succeeded);
  for (const { output } of failed) console.error(output);
  const total = `fuzz: ${requests.toLocaleString('en')} requests, ${emails.toLocaleString('en')} emails`;
  if (failed.length > 0) console.error(`${total}; again with: npm run test:fuzz -- --seed ${seed}`);
  else if (requests < enough) console.error(`${total}: that is too few, at least ${enough} are meant`);
  else if (emails === 0) console.error(`${total}: nothing was resent or corrected`);
  else console.log(`${total}, 0 server errors, every answer fits the description (seed ${seed})`);
  return failed.length === 0 && requests >= enough && emails > 0;
}

const { values } = parseArgs({ options: { seed: { type: 'string', default: String(Date.now()) } } });
process.exitCode = (await main(values.seed)) ? 0 : 1;
