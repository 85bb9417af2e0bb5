import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { descriptionAnswer, idempotencyHeaders } from '../../shared/contracts/api.ts';
import { exampleProblem, type ProblemCode, problems, problemPath } from '../../shared/contracts/problems.ts';
import { newestVersion } from './changelog.ts';
import { type ProgramSignIn, replayedHeader, type RouteDescription } from './route.ts';

/** The OpenAPI 3.1 description of the API, generated from what serves it. */
export function describeApi(routes: readonly RouteDescription[], { issuer }: Pick<ProgramSignIn, 'issuer'>) {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const paths = Object.fromEntries(
    [...byPath].map(([path, calls]) => [
      path,
      Object.fromEntries(calls.map((call) => [call.method, operationOf(call)])),
    ]),
  );
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Provisioning emails',
        version: newestVersion,
        description:
          'Resend the provisioning email of an order line, correct its provisioning contact, and see where lines stand. Times are RFC 3339 in UTC. Errors are problem documents (RFC 9457) whose `code` says what to do; only what the gateway in front of the API refuses itself, 401 for a token that does not verify and 429 for too many calls, is `{"message"}` in plain JSON.',
      },
      servers: [{ url: '/', description: 'This deployment' }],
      tags: [...tags.values()],
      security: [{ accessToken: [] }, { signIn: [] }],
      components: {
        securitySchemes: {
          accessToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'An access token of the issuer, which carries the partner and the roles',
          },
          signIn: {
            type: 'openIdConnect',
            openIdConnectUrl: `${issuer}/.well-known/openid-configuration`,
            description:
              'The issuer. Programs get their access token from its token endpoint with the client credentials grant',
          },
        },
      },
      paths,
    },
    { override: openAnswers },
  );
  return descriptionAnswer.parse(document);
}

/** Answers gain fields over time, so callers must not reject unknown ones. */
const openAnswers: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (io === 'output') delete jsonSchema.additionalProperties;
};

/** The subjects of calls, by the beginning of their paths. */
const tags = new Map([
  ['order-lines', { name: 'Order lines', description: 'Find lines, and count them' }],
  ['orders', { name: 'Orders', description: 'Orders, their lines, and what you can do with them' }],
  ['insights', { name: 'Insights', description: 'What became of lines' }],
  ['resend-jobs', { name: 'Bulk resends', description: 'Resend the emails of many lines' }],
  ['me', { name: 'Notifications', description: 'Your email notifications' }],
  ['webhooks', { name: 'Webhooks', description: 'Send events to a system of your own' }],
  ['', { name: 'Service', description: 'The service itself, for everybody' }],
]);
const tagOf = (path: string) => tags.get(path.split('/')[1] ?? '') ?? tags.get('');

const operationOf = ({
  path,
  operationId,
  summary,
  request: { body, ...requestParams },
  requestExample,
  answer,
  csv,
  problems: codes,
  isOpen,
}: RouteDescription): ZodOpenApiOperationObject => ({
  operationId,
  summary,
  tags: [tagOf(path)?.name ?? ''],
  ...(isOpen ? { security: [] } : { requestParams }),
  ...(body && {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: body, example: requestExample } },
    },
  }),
  responses: {
    ...answered(answer, csv, requestParams.header === idempotencyHeaders),
    ...refused(codes),
  },
});

const requestId = z.string().meta({ description: 'Identifies the request in support cases and logs' });
const retryAfter = z
  .int()
  .min(1)
  .exactOptional()
  .meta({ description: 'Seconds until `canResendAt`; missing when the line has used up its emails' });
const wwwAuthenticate = z
  .literal('Bearer')
  .meta({ description: 'The authentication scheme: a bearer token' });

const replayed = z.literal('true').exactOptional().meta({
  description: 'An earlier request with the same idempotency key got this answer; nothing was done',
});

const location = z.string().meta({ description: 'Where to find it' });

const answered = (
  { status, description, schema, example }: RouteDescription['answer'],
  csv: RouteDescription['csv'],
  isIdempotent: boolean,
): ZodOpenApiResponsesObject => {
  const response = {
    description,
    headers: z.object({
      'x-request-id': requestId,
      ...(status === undefined ? {} : { Location: location }),
      ...(isIdempotent ? { [replayedHeader]: replayed } : {}),
    }),
    content: {
      'application/json': { schema, example },
      ...(csv && {
        'text/csv': { schema: z.string().meta({ description: csv.description }), example: csv.example },
      }),
    },
  };
  return { [status ?? 200]: response };
};

/** The problems that an operation may answer, by status, each with its own schema and example. */
function refused(codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${problems[code].description}`).join('\n\n'),
        headers: z.object({
          'x-request-id': requestId,
          ...(status === 401 ? { 'WWW-Authenticate': wwwAuthenticate } : {}),
          ...(group.some(saysWhen) ? { 'Retry-After': retryAfter } : {}),
        }),
        content: {
          'application/problem+json': {
            schema: oneOf(group),
            examples: Object.fromEntries(group.map((code) => [code, exampleOf(code)])),
          },
        },
      },
    ]),
  );
}

const saysWhen = (code: ProblemCode): boolean => 'canResendAt' in problems[code].adds();

function oneOf(codes: readonly ProblemCode[]) {
  const [first, ...others] = codes.map(schemaOf);
  if (!first) throw new Error('a status without a problem');
  return others.length === 0 ? first : z.discriminatedUnion('code', [first, ...others]);
}

/** Created once, because the description names each of them. */
const schemas = new Map<ProblemCode, ReturnType<typeof makeSchema>>();

function schemaOf(code: ProblemCode) {
  const made = schemas.get(code) ?? makeSchema(code);
  schemas.set(code, made);
  return made;
}

function makeSchema(code: ProblemCode) {
  const { status, title, description, adds } = problems[code];
  return z
    .object({
      type: z.literal(problemPath(code)),
      title: z.literal(title),
      status: z.literal(status),
      detail: z.string().meta({ description: 'What is wrong with this request, for people' }),
      code: z.literal(code),
      requestId,
      ...adds(),
    })
    .meta({ id: componentName(code), description });
}

/** `resend-too-soon` is `ResendTooSoonProblem`. */
export const componentName = (code: ProblemCode): string =>
  `${code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Problem`;

const exampleOf = (code: ProblemCode) => ({ summary: problems[code].title, value: exampleProblem(code) });
