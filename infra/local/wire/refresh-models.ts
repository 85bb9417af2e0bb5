import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Models, modelsFile, reference, type Shape, shapeSchema } from './models.ts';

/*
 * Extracts the operations that the product calls from AWS's own service models, which ship with botocore, and writes
 * their requests and errors beside this file, without documentation. Needs Python with pip.
 */

const botocore = 'botocore==1.44.5';

/** The product's calls, and those by which the local runtime creates its table and removes expired items. */
const wanted: Readonly<Record<string, { readonly model: string; readonly operations: readonly string[] }>> = {
  dynamodb: {
    model: 'dynamodb/2012-08-10',
    operations: [
      'BatchGetItem',
      'CreateTable',
      'DeleteItem',
      'DescribeTable',
      'GetItem',
      'PutItem',
      'Query',
      'Scan',
      'UpdateItem',
    ],
  },
  events: { model: 'events/2015-10-07', operations: ['PutEvents'] },
  secretsmanager: { model: 'secretsmanager/2017-10-17', operations: ['GetSecretValue'] },
  ses: { model: 'ses/2010-12-01', operations: ['GetSendQuota', 'SendEmail'] },
  sesv2: { model: 'sesv2/2019-09-27', operations: ['GetAccount', 'SendEmail'] },
  sqs: {
    model: 'sqs/2012-11-05',
    operations: ['ChangeMessageVisibilityBatch', 'GetQueueAttributes', 'SendMessage', 'SendMessageBatch'],
  },
  states: {
    model: 'stepfunctions/2016-11-23',
    operations: [
      'DescribeExecution',
      'SendTaskFailure',
      'SendTaskSuccess',
      'StartExecution',
      'StopExecution',
    ],
  },
};

const botocoreModel = z.object({
  metadata: z.object({
    protocol: z.string(),
    apiVersion: z.string(),
    targetPrefix: z.string().exactOptional(),
  }),
  operations: z.record(z.string(), z.unknown()),
  shapes: z.record(z.string(), z.unknown()),
});
type BotocoreModel = z.output<typeof botocoreModel>;

/** The input of an operation without one. */
const nothing = { shape: 'Nothing' };

const operationSchema = z.object({
  http: z.object({ method: z.string(), requestUri: z.string() }),
  input: reference.default(nothing),
  errors: z.array(reference).default([]),
});

const errorShape = z.object({ error: z.object({ code: z.string().exactOptional() }).exactOptional() });

function extract({ metadata, operations, shapes }: BotocoreModel, names: readonly string[]) {
  const needed = new Map<string, Shape>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    const shape = shapeSchema.parse(name === nothing.shape ? { type: 'structure' } : shapes[name]);
    needed.set(name, shape);
    const { members = {}, member, key, value } = shape;
    for (const part of [...Object.values(members), member, key, value]) if (part) need(part.shape);
  };
  const chosen = names.map((name) => {
    const { http, input, errors: answers } = operationSchema.parse(operations[name]);
    need(input.shape);
    const errors = answers.map(({ shape }) => ({
      name: shape,
      code: errorShape.parse(shapes[shape]).error?.code ?? shape,
    }));
    const path = metadata.protocol === 'rest-json' ? { path: `${http.method} ${http.requestUri}` } : {};
    return [name, { ...path, input: input.shape, errors }] as const;
  });
  const byName = [...needed].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...metadata, operations: Object.fromEntries(chosen), shapes: Object.fromEntries(byName) };
}

const folder = await mkdtemp(join(tmpdir(), 'botocore-'));
try {
  await promisify(execFile)('python3', [
    ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'],
    ...['--target', folder, botocore],
  ]);
  const services: Models['services'] = {};
  for (const [name, { model, operations }] of Object.entries(wanted)) {
    const packed = await readFile(join(folder, 'botocore/data', model, 'service-2.json.gz'));
    const parsed: unknown = JSON.parse(gunzipSync(packed).toString('utf8'));
    services[name] = extract(botocoreModel.parse(parsed), operations);
  }
  const models: Models = { source: botocore, refreshedBy: 'npm run refresh-aws-models', services };
  await writeFile(modelsFile, `${JSON.stringify(models)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
