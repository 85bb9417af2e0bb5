import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import {
  contactChange,
  contactChangeAnswer,
  descriptionAnswer,
  healthAnswer,
  historyAnswer,
  lineAnswer,
  linePath,
  listAnswer,
  listQuery,
  orderAnswer,
  orderPath,
  resendAnswer,
  resendHeaders,
} from '../../shared/contracts/api.ts';
import { exampleProblem, type ProblemCode, problems, problemType } from '../../shared/contracts/problems.ts';
import { examples } from './examples.ts';

const common: readonly ProblemCode[] = ['invalid-request', 'unauthenticated', 'no-access', 'internal'];
/** An id that is empty or a dot leads elsewhere. */
const noOrder: readonly ProblemCode[] = ['order-not-found', 'not-found'];
const noLine: readonly ProblemCode[] = ['order-line-not-found', 'not-found'];
const settled: readonly ProblemCode[] = ['point-of-no-return', 'cancelled'];
const sending: readonly ProblemCode[] = ['resend-limit-reached', 'email-not-sent', 'email-unconfirmed'];

const requestId = z.string().meta({ description: 'Names the request, in support cases and in the logs' });
const retryAfter = z
  .int()
  .min(1)
  .exactOptional()
  .meta({ description: 'Seconds until `canResendAt`; missing when the line has used up its emails' });
const wwwAuthenticate = z.literal('Bearer').meta({ description: 'How to come in: with a bearer token' });

/** An answer that went well, as one example shows it. */
const answered = <Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  example: z.input<Schema>,
): ZodOpenApiResponsesObject => ({
  200: {
    description,
    headers: z.object({ 'x-request-id': requestId }),
    content: { 'application/json': { schema, example } },
  },
});

/** The problems that an operation may answer, by status; each with a schema and an example of its own. */
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

const saysWhen = (code: ProblemCode): boolean => 'canResendAt' in problems[code].adds;

function oneOf(codes: readonly ProblemCode[]) {
  const [first, ...others] = codes.map(schemaOf);
  if (!first) throw new Error('a status without a problem');
  return others.length === 0 ? first : z.discriminatedUnion('code', [first, ...others]);
}

/** Made once, since the description names each. */
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
      type: z.literal(problemType(code)),
      title: z.literal(title),
      status: z.literal(status),
      detail: z.string().meta({ description: 'What is wrong with this request, for people' }),
      code: z.literal(code),
      requestId,
      ...adds,
    })
    .meta({ id: componentName(code), description });
}

/** `resend-too-soon` is `ResendTooSoonProblem`. */
const componentName = (code: ProblemCode): string =>
  `${code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Problem`;

const exampleOf = (code: ProblemCode) => ({ summary: problems[code].title, value: exampleProblem(code) });

/** Needs no token. */
const open: Pick<ZodOpenApiOperationObject, 'security'> = { security: [] };

let made: ReturnType<typeof describeApi> | undefined;

/** The description of the API, made from the schemas that check its requests when somebody first asks for it. */
export const openApiDocument = () => (made ??= describeApi());

const describeApi = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Provisioning emails',
      version: '1.0.0',
      description:
        'Resend the provisioning email of an order line, correct its provisioning contact, and see where lines stand. Times are RFC 3339 in UTC. Errors are problem documents (RFC 9457) whose `code` says what to do; only what the gateway in front of the API refuses itself, 401 for a token that does not verify and 429 for too many calls, is `{"message"}` in plain JSON.',
    },
    servers: [{ url: '/' }],
    security: [{ accessToken: [] }],
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    paths: {
      '/order-lines': {
        get: {
          operationId: 'listOrderLines',
          summary: 'The order lines of your partner, nearest deadline first',
          requestParams: { query: listQuery },
          responses: {
            ...answered('A page of lines; `cursor` if there are more', listAnswer, examples.list),
            ...refused(common),
          },
        },
      },
      '/orders/{orderId}': {
        get: {
          operationId: 'getOrder',
          summary: 'An order with its lines',
          requestParams: { path: orderPath },
          responses: {
            ...answered('The order', orderAnswer, examples.order),
            ...refused([...common, ...noOrder]),
          },
        },
      },
      '/orders/{orderId}/lines/{lineId}': {
        get: {
          operationId: 'getOrderLine',
          summary: 'An order line',
          requestParams: { path: linePath },
          responses: {
            ...answered('The line', lineAnswer, examples.line),
            ...refused([...common, ...noLine]),
          },
        },
      },
      '/orders/{orderId}/lines/{lineId}/history': {
        get: {
          operationId: 'getOrderLineHistory',
          summary: 'All that happened to a line, newest first',
          requestParams: { path: linePath },
          responses: {
            ...answered('The history', historyAnswer, examples.history),
            ...refused([...common, ...noLine]),
          },
        },
      },
      '/orders/{orderId}/lines/{lineId}/resend': {
        post: {
          operationId: 'resendProvisioningEmail',
          summary: 'Send the provisioning email again',
          requestParams: { path: linePath, header: resendHeaders },
          responses: {
            ...answered('The email was accepted for sending', resendAnswer, examples.resend),
            ...refused([
              ...common,
              ...noLine,
              ...settled,
              'not-started',
              'contact-undeliverable',
              'payload-too-large',
              'resend-too-soon',
              ...sending,
            ]),
          },
        },
      },
      '/orders/{orderId}/lines/{lineId}/provisioning-contact': {
        put: {
          operationId: 'changeProvisioningContact',
          summary: 'Change who gets the provisioning email; after the start date it goes to them at once',
          requestParams: { path: linePath },
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: contactChange, example: examples.contactChangeRequest },
            },
          },
          responses: {
            ...answered(
              'The lines that have the contact now, and those that were skipped',
              contactChangeAnswer,
              examples.contactChange,
            ),
            ...refused([
              ...common,
              ...noLine,
              ...settled,
              'contact-undeliverable',
              'payload-too-large',
              'unsupported-media-type',
              'resend-too-soon',
              ...sending,
            ]),
          },
        },
      },
      '/health': {
        get: {
          operationId: 'getHealth',
          summary: 'Whether the service answers',
          ...open,
          responses: {
            ...answered('It does', healthAnswer, { status: 'ok' }),
            ...refused(['internal']),
          },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'getDescription',
          summary: 'This description of the API',
          ...open,
          responses: {
            ...answered('The description, in OpenAPI 3.1', descriptionAnswer, examples.description),
            ...refused(['internal']),
          },
        },
      },
    },
  });
