import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModels } from '../../infra/local/wire/models.ts';

/* What AWS's service models say of the errors that the product tells apart. */

const productFolder = join(import.meta.dirname, '../..');

const { services } = readModels();
const read = (path: string) => readFileSync(join(productFolder, path), 'utf8');
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** The errors that may answer a service's operations, or one of them, by the name that the SDK gives them. */
const errorsOf = (service: string, operation?: string) =>
  Object.entries(services[service]?.operations ?? {})
    .filter(([name]) => operation === undefined || name === operation)
    .flatMap(([, { errors }]) => errors.map(({ name }) => name));

const packages: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-sfn': 'states',
  'client-ses': 'ses',
  'client-sesv2': 'sesv2',
  'client-sqs': 'sqs',
  'client-secrets-manager': 'secretsmanager',
};

const caught = readdirSync(join(productFolder, 'shared/adapters')).flatMap((file) => {
  const text = read(`shared/adapters/${file}`);
  const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/(client-[a-z-]+)'/g)];
  return imports.flatMap(([, names = '', from = '']) =>
    [...names.matchAll(/\w+/g)]
      .map(([name]) => name)
      .filter((name) => text.includes(`instanceof ${name}`))
      .map((name) => [file, name, packages[from] ?? from] as const),
  );
});

test('adapters tell errors of AWS apart', () => {
  expect(caught.length).toBeGreaterThanOrEqual(4);
});

test.each(caught)('%s tells %s apart, which %s answers', (_file, name, service) => {
  expect(errorsOf(service)).toContain(name);
});

const answered = [
  ...read('infra/local/aws-endpoint.ts').matchAll(/case '(\w+)\.(\w+)':(.*?)(?=case|default:)/gs),
];

test.each(
  answered.flatMap(([, target = '', operation = '', body = '']) =>
    [...body.matchAll(/awsError\('(\w+)'\)/g)].map(([, name = '']) => [target, operation, name] as const),
  ),
)('the local %s.%s answers %s, as the service does', (target, operation, name) => {
  const [service = ''] =
    Object.entries(services).find(([, { targetPrefix }]) => targetPrefix === target) ?? [];
  expect(errorsOf(service, operation)).toContain(name);
});

test.each(
  sorted(
    [...read('infra/workflow/order-line.asl.json').matchAll(/"DynamoDB\.(\w+)"/g)].map(
      ([, name = '']) => name,
    ),
  ),
)('the workflow tells %s apart, which its call of DynamoDB answers', (name) => {
  expect(errorsOf('dynamodb', 'UpdateItem')).toContain(name);
});
