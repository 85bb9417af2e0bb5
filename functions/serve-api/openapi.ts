import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import {
  contactChange,
  contactChangeAnswer,
  healthAnswer,
  historyAnswer,
  lineAnswer,
  linePath,
  listAnswer,
  listQuery,
  orderAnswer,
  orderPath,
  problemAnswer,
  resendAnswer,
  resendHeaders,
} from '../../shared/contracts/api.ts';
import { type ProblemCode, problems } from '../../shared/contracts/problems.ts';

const common: readonly ProblemCode[] = ['invalid-request', 'unauthenticated', 'no-access', 'internal'];
const settled: readonly ProblemCode[] = ['point-of-no-return', 'cancelled'];
const sending: readonly ProblemCode[] = ['resend-limit-reached', 'email-not-sent'];

const retryAfter = z.int().meta({ description: 'Seconds; missing when the line has used up its emails' });

function answers(
  description: string,
  schema: z.ZodType,
  codes: readonly ProblemCode[],
): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {
    200: { description, content: { 'application/json': { schema } } },
  };
  for (const [status, group] of Map.groupBy(codes, (code) => problems[code].status)) {
    responses[`${status}`] = {
      description: group.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: problemAnswer } },
      ...(status === 429 ? { headers: z.object({ 'Retry-After': retryAfter.exactOptional() }) } : {}),
    };
  }
  return responses;
}

/** Needs no token. */
const open: Pick<ZodOpenApiOperationObject, 'security'> = { security: [] };

/** The description of the API, made from the schemas that check its requests. */
export const openApiDocument = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Provisioning emails',
      version: '1.0.0',
      description:
        'Resend the provisioning email of an order line, correct its provisioning contact, and see where lines stand. Times are RFC 3339 in UTC.',
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
          responses: answers('A page of lines; `cursor` if there are more', listAnswer, common),
        },
      },
      '/orders/{orderId}': {
        get: {
          operationId: 'getOrder',
          summary: 'An order with its lines',
          requestParams: { path: orderPath },
          responses: answers('The order', orderAnswer, [...common, 'order-not-found']),
        },
      },
      '/orders/{orderId}/lines/{lineId}': {
        get: {
          operationId: 'getOrderLine',
          summary: 'An order line',
          requestParams: { path: linePath },
          responses: answers('The line', lineAnswer, [...common, 'order-line-not-found']),
        },
      },
      '/orders/{orderId}/lines/{lineId}/history': {
        get: {
          operationId: 'getOrderLineHistory',
          summary: 'All that happened to a line, newest first',
          requestParams: { path: linePath },
          responses: answers('The history', historyAnswer, [...common, 'order-line-not-found']),
        },
      },
      '/orders/{orderId}/lines/{lineId}/resend': {
        post: {
          operationId: 'resendProvisioningEmail',
          summary: 'Send the provisioning email again',
          requestParams: { path: linePath, header: resendHeaders },
          responses: answers('The email was accepted for sending', resendAnswer, [
            ...common,
            'order-line-not-found',
            ...settled,
            'not-started',
            'contact-undeliverable',
            'payload-too-large',
            'resend-too-soon',
            ...sending,
          ]),
        },
      },
      '/orders/{orderId}/lines/{lineId}/provisioning-contact': {
        put: {
          operationId: 'changeProvisioningContact',
          summary: 'Change who gets the provisioning email; after the start date it goes to them at once',
          requestParams: { path: linePath },
          requestBody: { required: true, content: { 'application/json': { schema: contactChange } } },
          responses: answers(
            'The lines that have the contact now, and those that were skipped',
            contactChangeAnswer,
            [
              ...common,
              'order-line-not-found',
              ...settled,
              'contact-undeliverable',
              'payload-too-large',
              'unsupported-media-type',
              'resend-too-soon',
              ...sending,
            ],
          ),
        },
      },
      '/health': {
        get: {
          operationId: 'getHealth',
          summary: 'Whether the service answers',
          ...open,
          responses: {
            200: { description: 'It does', content: { 'application/json': { schema: healthAnswer } } },
          },
        },
      },
    },
  });
