import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { examples } from '../../functions/serve-api/examples.ts';
import { openApiDocument } from '../../functions/serve-api/routes.ts';
import { exampleProblem, Problem, type ProblemCode, problems } from '../../shared/contracts/problems.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}
interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly summary: string; readonly value: Record<string, unknown> }>;
}
interface Response {
  readonly description: string;
  readonly headers?: Record<string, { readonly required?: boolean; readonly description?: string }>;
  readonly content?: Record<string, Content>;
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Record<string, Content> };
  readonly responses: Record<string, Response>;
}

/** As it is served. */
const description = JSON.parse(JSON.stringify(openApiDocument({ issuer: 'https://id.example.com' }))) as {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
};
const operations = Object.values(description.paths).flatMap((item) => Object.values(item));
const responses = operations.flatMap(({ operationId, responses: all }) =>
  Object.entries(all).map(([status, response]) => [operationId, status, response] as const),
);
const refusing = responses.filter(([, status]) => Number(status) >= 400);
const answering = responses.filter(([, status]) => Number(status) < 400);

const schemas = new Ajv2020({ strict: false, validateFormats: false }).addSchema(description, 'api');
/** What tells whether a value fits a schema of the description, whose references lead into it. */
const fitting = (schema: object) =>
  schemas.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object);

const problemsOf = ({ content }: Response) => content?.['application/problem+json'];
const codesOf = (operationId: string): string[] =>
  refusing
    .filter(([id]) => id === operationId)
    .flatMap(([, , response]) => Object.keys(problemsOf(response)?.examples ?? {}));

it('is OpenAPI 3.1, by its own schema', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(description))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

/** Whether it is one of the objects that are described once for all; all others say where they are what they mean. */
const isObject = ({ $ref = '#/components/schemas/Instant' }: Schema): boolean => !$ref.endsWith('/Instant');

/** The fields of a schema that say nothing of themselves, by their paths. */
function unsaid(schema: Schema, path: string): readonly string[] {
  const { properties = {}, items, oneOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, each]) => [
      ...('description' in each || 'const' in each || isObject(each) ? [] : [`${path}.${name}`]),
      ...unsaid(each, `${path}.${name}`),
    ]),
    ...(items ? unsaid(items, `${path}[]`) : []),
    ...oneOf.flatMap((each) => unsaid(each, path)),
  ];
}

it('groups calls by what they are about; the service itself is for everybody', () => {
  const forEverybody = operations.filter(({ security }) => security?.length === 0);
  expect(operations.filter(({ tags }) => tags.includes('Service'))).toEqual(forEverybody);
});

it('says what each field and parameter is', () => {
  const named = Object.entries(description.components.schemas).map(([name, each]) => unsaid(each, name));
  const called = operations.map(({ operationId, parameters = [], requestBody, responses }) => [
    ...parameters.filter((each) => !('description' in each)).map(({ name }) => `${operationId} ${name}`),
    ...[requestBody, ...Object.values(responses)].flatMap((each) =>
      Object.values(each?.content ?? {}).flatMap(({ schema }) => unsaid(schema, operationId)),
    ),
  ]);
  expect([...named, ...called].flat()).toEqual([]);
  const objects = Object.entries(description.components.schemas).filter(([, { properties }]) => properties);
  expect(objects.filter(([, each]) => !('description' in each))).toEqual([]);
});

it('lets answers gain fields, and bodies have none that is not known', () => {
  const fits = fitting({ $ref: '#/components/schemas/OrderLine' });
  expect(fits({ ...examples.line, colour: 'red' })).toBe(true);
  const { requestBody } = operations.find(({ operationId }) => operationId === 'setCopyRecipient') ?? {};
  const takes = fitting(requestBody?.content['application/json']?.schema ?? {});
  expect(takes({ ...examples.copyToRequest, colour: 'red' })).toBe(false);
});

it.each(answering)('%s shows an example of its answer %s, which fits', (_id, _status, { content }) => {
  const [body] = Object.values(content ?? {});
  expect(body?.example).toBeDefined();
  expect(fitting(body?.schema ?? {})(body?.example)).toBe(true);
});

describe.each(refusing)('%s %s', (_id, status, response) => {
  const { schema = {}, examples = {} } = problemsOf(response) ?? {};
  const fits = fitting(schema);

  it('shows an example of each of its problems, which fits', () => {
    expect(Object.keys(examples)).not.toHaveLength(0);
    for (const [code, { value }] of Object.entries(examples)) {
      const { title } = problems[code as ProblemCode];
      expect(value).toMatchObject({ code, title, status: Number(status), type: `/docs/problems/${code}` });
      expect({ code, fits: fits(value) }).toEqual({ code, fits: true });
    }
  });

  it('says of each what it means', () => {
    for (const code of Object.keys(examples)) {
      expect(response.description).toContain(`\`${code}\``);
      expect(response.description).toContain(problems[code as ProblemCode].description);
    }
  });

  it('takes no problem that it does not list', () => {
    const codes = Object.keys(problems) as ProblemCode[];
    for (const code of codes.filter((known) => !(known in examples))) {
      expect(fits(exampleProblem(code))).toBe(false);
    }
  });

  it('names the request', () => expect(response.headers).toHaveProperty('x-request-id.description'));
});

it('has a schema for each problem, which asks for what its code always adds', () => {
  const always = {
    'invalid-request': ['errors'],
    'point-of-no-return': ['link'],
    'not-started': ['requestedStartDate'],
    'job-in-progress': ['jobId'],
    'contact-undeliverable': ['reason'],
    'resend-too-soon': ['canResendAt'],
    'email-not-sent': ['support'],
    'email-unconfirmed': ['support'],
  };
  const common = ['type', 'title', 'status', 'detail', 'code', 'requestId'];
  const asked = Object.values(description.components.schemas).flatMap((schema) => {
    const { properties, required } = schema as {
      properties?: Record<string, { const?: string }>;
      required?: string[];
    };
    const code = properties?.['code']?.const;
    return code === undefined ? [] : [[code, required?.filter((name) => !common.includes(name))] as const];
  });
  const expected = Object.keys(problems).map((code) => [
    code,
    code in always ? always[code as keyof typeof always] : [],
  ]);
  expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(expected));
});

it.each([
  ['resendProvisioningEmail', ['email-not-sent', 'email-unconfirmed', 'not-started', 'resend-too-soon']],
  ['changeProvisioningContact', ['email-not-sent', 'email-unconfirmed', 'unsupported-media-type']],
  ['getOrder', ['order-not-found']],
])('%s may answer %j', (operationId, codes) => {
  expect(codesOf(operationId)).toEqual(expect.arrayContaining(codes));
});

it.each(Object.entries(description.paths))(
  '%s has a parameter for each name in it, and no other',
  (path, item) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters = [] } of Object.values(item)) {
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
        names,
      );
    }
  },
);

it.each(
  operations.flatMap(({ operationId, requestBody }) =>
    requestBody ? [[operationId, requestBody] as const] : [],
  ),
)('%s shows an example of its body, which fits', (_id, { content }) => {
  const { schema = {}, example } = content['application/json'] ?? {};
  expect(example).toBeDefined();
  expect(fitting(schema)(example)).toBe(true);
});

it('types the parameters as callers know them', () => {
  const schemasOf = operations.flatMap(({ parameters = [] }) =>
    parameters.map(({ name, schema }) => [name, schema]),
  );
  expect(Object.fromEntries(schemasOf)).toMatchObject({
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
    provisioningPending: { type: 'boolean' },
  });
});

it('names no problem of sending for who only reads', () => {
  expect(codesOf('listOrderLines')).toEqual(['invalid-request', 'unauthenticated', 'no-access', 'internal']);
});

it.each(refusing.filter(([, status]) => status === '429' || status === '504'))(
  '%s %s promises no Retry-After: a line that has used up its emails has none',
  (_id, _status, { headers }) => {
    expect(headers).toHaveProperty('Retry-After.description');
    expect(headers).not.toMatchObject({ 'Retry-After': { required: true } });
  },
);

it.each(refusing.filter(([, status]) => status === '401'))(
  '%s %s says how to come in',
  (_id, _status, { headers }) => expect(headers).toHaveProperty('WWW-Authenticate.description'),
);

it('a problem cannot be made without what its code always adds', () => {
  // @ts-expect-error -- the link is missing
  expect(new Problem({ code: 'point-of-no-return' }).extras).toEqual({});
  // @ts-expect-error -- another code adds that
  expect(new Problem({ code: 'cancelled', reason: 'mailbox full' }).code).toBe('cancelled');
  expect(new Problem({ code: 'no-access' }).extras).toEqual({});
});
