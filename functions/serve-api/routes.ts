import {
  contactChange,
  contactChangeAnswer,
  copyToChange,
  descriptionAnswer,
  eventsDescriptionAnswer,
  healthAnswer,
  historyAnswer,
  type LineAnswer,
  lineAnswer,
  linePath,
  listAnswer,
  listQuery,
  insightsAnswer,
  insightsQuery,
  summaryAnswer,
  summaryQuery,
  orderAnswer,
  orderPath,
  resendAnswer,
  resendQuery,
  idempotencyHeaders,
  jobAnswer,
  jobItemsAnswer,
  jobItemsQuery,
  jobListAnswer,
  jobListQuery,
  jobPath,
  jobRequest,
  jobStartQuery,
} from '../../shared/contracts/api.ts';
import {
  webhookAnswer,
  webhookAttemptsAnswer,
  webhookAttemptsQuery,
  webhookChange,
  webhookDeletedAnswer,
  webhookListAnswer,
  webhookPath,
  webhookQuery,
  webhookRequest,
  webhookTestAnswer,
  webhookWithSecretAnswer,
} from '../../shared/contracts/webhook-api.ts';
import { notificationsAnswer, notificationsChoice } from '../../shared/contracts/notification-api.ts';
import { invalidRequest, largestJobBody } from '../../shared/contracts/problems.ts';
import type { ContactChange } from '../../shared/domain/contact.ts';
import type { LineKey } from '../../shared/domain/order-line.ts';
import { refusalCodes } from '../../shared/domain/rules.ts';
import { changeCopyTo } from '../../shared/use-cases/change-copy-to.ts';
import { changeContact } from '../../shared/use-cases/change-contact.ts';
import { historyAsCsv } from '../../shared/use-cases/present-history.ts';
import { changeNotifications, readNotifications } from '../../shared/use-cases/manage-notifications.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listAttempts,
  listWebhooks,
  readWebhook,
  rotateSecret,
  testWebhook,
} from '../../shared/use-cases/manage-webhooks.ts';
import { problemOf } from '../../shared/use-cases/present-unmet.ts';
import { listLines, readHistory, readLine, readOrder } from '../../shared/use-cases/read-order-lines.ts';
import { insightsAsCsv, readInsights } from '../../shared/use-cases/read-insights.ts';
import { readSummary } from '../../shared/use-cases/read-summary.ts';
import {
  listJobs,
  readJob,
  readJobItems,
  readJobItemsAsCsv,
} from '../../shared/use-cases/read-resend-jobs.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { startJob } from '../../shared/use-cases/start-resend-job.ts';
import { describeEvents } from './asyncapi.ts';
import { examples } from './examples.ts';
import { describeApi } from './openapi.ts';
import { type Call, openRoute, type ProgramSignIn, type Route, route } from './route.ts';

/** A change of the second recipient sends nothing, so it waits neither for a start date nor for other emails. */
const copyToProblems = [
  'order-line-not-found',
  ...refusalCodes.filter((code) => code !== 'not-started' && code !== 'resend-too-soon'),
] as const;

/** @throws Problem if that second recipient is not possible, or cannot be changed */
async function setCopyTo(
  key: LineKey,
  change: ContactChange | undefined,
  { caller, requestId, services }: Call,
): Promise<LineAnswer> {
  const came = await changeCopyTo(key, change, caller, services);
  if (came.outcome === 'is-contact') throw invalidRequest([{ path: 'email', message: isContactMessage }]);
  if (came.outcome !== 'changed') throw problemOf(came, requestId);
  return came.line;
}

const isContactMessage = 'must not be the provisioning contact, who gets the emails anyway';

/** Every call of the API, as it is served and described. */
export const routes: readonly Route[] = [
  route({
    method: 'get',
    path: '/order-lines',
    operationId: 'listOrderLines',
    summary: 'The order lines of your partner, nearest deadline first',
    request: { query: listQuery },
    answer: {
      description: 'A page of lines; `cursor` if there are more',
      schema: listAnswer,
      example: examples.list,
    },
    problems: [],
    handle: ({ query }, { caller, services }) => listLines(caller, query, services),
  }),
  route({
    method: 'get',
    path: '/order-lines/summary',
    operationId: 'getOrderLinesSummary',
    summary: 'How many order lines your partner has, by status and by what needs attention',
    request: { query: summaryQuery },
    answer: { description: 'The counts', schema: summaryAnswer, example: examples.summary },
    problems: [],
    handle: ({ query }, { caller, services }) => readSummary(caller, query.partnerId, services),
  }),
  route({
    method: 'get',
    path: '/insights',
    operationId: 'getInsights',
    summary: 'What became of your lines after their first email, by month, offer and language',
    request: { query: insightsQuery },
    answer: { description: 'The counts', schema: insightsAnswer, example: examples.insights },
    problems: [],
    handle: ({ query }, { caller, services }) => readInsights(caller, query, services),
    csv: {
      description: 'The counts, with a header',
      example: examples.insightsAsCsv,
      fileName: () => 'insights.csv',
      handle: async ({ query }, { caller, services }) =>
        insightsAsCsv(await readInsights(caller, query, services)),
    },
  }),
  route({
    method: 'get',
    path: '/orders/{orderId}',
    operationId: 'getOrder',
    summary: 'An order with its lines',
    request: { path: orderPath },
    answer: { description: 'The order', schema: orderAnswer, example: examples.order },
    problems: ['order-not-found'],
    handle: ({ path }, { caller, services }) => readOrder(caller, path.orderId, services),
  }),
  route({
    method: 'get',
    path: '/orders/{orderId}/lines/{lineId}',
    operationId: 'getOrderLine',
    summary: 'An order line',
    request: { path: linePath },
    answer: { description: 'The line', schema: lineAnswer, example: examples.line },
    problems: ['order-line-not-found'],
    handle: ({ path }, { caller, services }) => readLine(caller, path, services),
  }),
  route({
    method: 'get',
    path: '/orders/{orderId}/lines/{lineId}/history',
    operationId: 'getOrderLineHistory',
    summary: 'Everything that happened to a line, newest first',
    request: { path: linePath },
    answer: { description: 'The history', schema: historyAnswer, example: examples.history },
    problems: ['order-line-not-found'],
    handle: ({ path }, { caller, services }) => readHistory(caller, path, services),
    csv: {
      description: 'The history, with a header',
      example: examples.historyAsCsv,
      fileName: ({ path }) => `history-${path.orderId}-${path.lineId}.csv`,
      handle: async ({ path }, { caller, services }) =>
        historyAsCsv(await readHistory(caller, path, services)),
    },
  }),
  route({
    method: 'post',
    path: '/orders/{orderId}/lines/{lineId}/resend',
    operationId: 'resendProvisioningEmail',
    summary: 'Resend the provisioning email',
    request: { path: linePath, query: resendQuery, header: idempotencyHeaders },
    answer: {
      description: 'The email was accepted for sending',
      schema: resendAnswer,
      example: examples.resend,
    },
    problems: ['order-line-not-found', ...refusalCodes, 'email-not-sent', 'email-unconfirmed'],
    handle: async ({ path, query, header }, { caller, requestId, services, markAsReplayed }) => {
      const { locale } = query;
      const asked = { caller, requestId, locale, idempotencyKey: header['idempotency-key'] };
      const outcome = await resend(path, asked, services);
      if (outcome.outcome !== 'sent') throw problemOf(outcome, requestId);
      const { line, email, isReplayed } = outcome;
      if (isReplayed) markAsReplayed();
      return { line, email };
    },
  }),
  route({
    method: 'put',
    path: '/orders/{orderId}/lines/{lineId}/provisioning-contact',
    operationId: 'changeProvisioningContact',
    summary: 'Change who gets the provisioning email; after the start date it goes to them at once',
    request: { path: linePath, header: idempotencyHeaders, body: contactChange },
    requestExample: examples.contactChangeRequest,
    answer: {
      description: 'The lines that now have the contact, and those that were skipped',
      schema: contactChangeAnswer,
      example: examples.contactChange,
    },
    problems: [
      'order-line-not-found',
      // Before the start date a change is saved, and sends nothing.
      ...refusalCodes.filter((code) => code !== 'not-started'),
      'email-not-sent',
      'email-unconfirmed',
    ],
    handle: async ({ path, header, body }, { caller, requestId, services, markAsReplayed }) => {
      const { applyToAllLines, ...contact } = body;
      const asked = { caller, requestId, applyToAllLines, idempotencyKey: header['idempotency-key'] };
      const outcome = await changeContact(path, contact, asked, services);
      if (outcome.outcome !== 'changed') throw problemOf(outcome, requestId);
      if (outcome.lines.every(({ isReplayed }) => isReplayed)) markAsReplayed();
      return {
        lines: outcome.lines.map(({ line }) => line),
        skipped: outcome.skipped.map(({ lineId, why }) => {
          const { code, extras } = problemOf(why, requestId);
          return { lineId, reason: code, ...(extras.support ? { support: extras.support } : {}) };
        }),
      };
    },
  }),
  route({
    method: 'put',
    path: '/orders/{orderId}/lines/{lineId}/copy-to',
    operationId: 'setCopyRecipient',
    summary: 'Set who gets copies of the first email and the reminders; sends nothing',
    request: { path: linePath, body: copyToChange },
    requestExample: examples.copyToRequest,
    answer: { description: 'The line', schema: lineAnswer, example: examples.copiedLine },
    problems: copyToProblems,
    handle: ({ path, body }, call) => setCopyTo(path, body, call),
  }),
  route({
    method: 'delete',
    path: '/orders/{orderId}/lines/{lineId}/copy-to',
    operationId: 'removeCopyRecipient',
    summary: 'Remove the second recipient',
    request: { path: linePath },
    answer: { description: 'The line', schema: lineAnswer, example: examples.line },
    problems: copyToProblems,
    handle: ({ path }, call) => setCopyTo(path, undefined, call),
  }),
  route({
    method: 'post',
    path: '/resend-jobs',
    operationId: 'startResendJob',
    summary: 'Resend the provisioning emails of many lines, under the rules of a single resend',
    request: { query: jobStartQuery, header: idempotencyHeaders, body: jobRequest },
    requestExample: examples.jobRequest,
    largestBody: largestJobBody,
    answer: {
      status: 202,
      description: 'The job, which runs in the background; `Location` says where to follow it',
      schema: jobAnswer,
      example: examples.startedJob,
    },
    problems: ['job-in-progress'],
    handle: async ({ query, header, body }, { caller, services, markAsReplayed, locate }) => {
      const asked = { request: body, ...query, idempotencyKey: header['idempotency-key'] };
      const { job, isReplayed } = await startJob(caller, asked, services);
      locate(`/resend-jobs/${job.jobId}`);
      if (isReplayed) markAsReplayed();
      return job;
    },
  }),
  route({
    method: 'get',
    path: '/resend-jobs',
    operationId: 'listResendJobs',
    summary: 'The bulk resends of your partner, newest first',
    request: { query: jobListQuery },
    answer: {
      description: 'A page of jobs; `cursor` if there are more',
      schema: jobListAnswer,
      example: { items: [examples.job] },
    },
    problems: [],
    handle: ({ query }, { caller, services }) => listJobs(caller, query, services),
  }),
  route({
    method: 'get',
    path: '/resend-jobs/{jobId}',
    operationId: 'getResendJob',
    summary: 'A bulk resend and its progress',
    request: { path: jobPath },
    answer: { description: 'The job', schema: jobAnswer, example: examples.job },
    problems: ['job-not-found'],
    handle: ({ path }, { caller, services }) => readJob(caller, path.jobId, services),
  }),
  route({
    method: 'get',
    path: '/resend-jobs/{jobId}/items',
    operationId: 'getResendJobItems',
    summary: 'The results of a bulk resend so far',
    request: { path: jobPath, query: jobItemsQuery },
    answer: {
      description: 'A page of results; `cursor` if there are more',
      schema: jobItemsAnswer,
      example: examples.jobItems,
    },
    problems: ['job-not-found'],
    handle: ({ path, query }, { caller, services }) => readJobItems(caller, path.jobId, query, services),
    csv: {
      description: 'All results, with a header',
      example: examples.jobItemsAsCsv,
      fileName: ({ path }) => `resend-job-${path.jobId}.csv`,
      handle: ({ path, query }, { caller, services }) =>
        readJobItemsAsCsv(caller, path.jobId, query, services),
    },
  }),
  route({
    method: 'post',
    path: '/webhooks',
    operationId: 'createWebhook',
    summary: "Register a webhook for the events of your partner's order lines",
    request: { query: webhookQuery, header: idempotencyHeaders, body: webhookRequest },
    requestExample: examples.webhookRequest,
    answer: {
      status: 201,
      description: 'The webhook, with its secret, which is not shown again',
      schema: webhookWithSecretAnswer,
      example: examples.webhookWithSecret,
    },
    problems: ['webhook-limit-reached'],
    handle: async ({ query, header, body }, { caller, services, markAsReplayed, locate }) => {
      const asked = { ...query, idempotencyKey: header['idempotency-key'] };
      const { webhook, secret, isReplayed } = await createWebhook(caller, body, asked, services);
      locate(`/webhooks/${webhook.webhookId}`);
      if (isReplayed) markAsReplayed();
      return { webhook, secret };
    },
  }),
  route({
    method: 'get',
    path: '/webhooks',
    operationId: 'listWebhooks',
    summary: 'The webhooks of your partner, oldest first',
    request: { query: webhookQuery },
    answer: {
      description: 'All of them: a partner has ten at most',
      schema: webhookListAnswer,
      example: { items: [examples.webhook] },
    },
    problems: [],
    handle: ({ query }, { caller, services }) => listWebhooks(caller, query, services),
  }),
  route({
    method: 'get',
    path: '/webhooks/{webhookId}',
    operationId: 'getWebhook',
    summary: 'A webhook and its state',
    request: { path: webhookPath, query: webhookQuery },
    answer: { description: 'The webhook', schema: webhookAnswer, example: examples.webhook },
    problems: ['webhook-not-found'],
    handle: ({ path, query }, { caller, services }) => readWebhook(caller, { ...path, ...query }, services),
  }),
  route({
    method: 'patch',
    path: '/webhooks/{webhookId}',
    operationId: 'changeWebhook',
    summary: 'Change, disable or enable a webhook; fields left out do not change',
    request: { path: webhookPath, query: webhookQuery, body: webhookChange },
    requestExample: examples.webhookChange,
    answer: { description: 'The webhook', schema: webhookAnswer, example: examples.webhook },
    problems: ['webhook-not-found'],
    handle: ({ path, query, body }, { caller, services }) =>
      changeWebhook(caller, { ...path, ...query }, body, services),
  }),
  route({
    method: 'delete',
    path: '/webhooks/{webhookId}',
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook; queued events are not sent',
    request: { path: webhookPath, query: webhookQuery },
    answer: {
      description: 'It is deleted',
      schema: webhookDeletedAnswer,
      example: { webhookId: examples.webhook.webhookId },
    },
    problems: ['webhook-not-found'],
    handle: ({ path, query }, { caller, services }) => deleteWebhook(caller, { ...path, ...query }, services),
  }),
  route({
    method: 'post',
    path: '/webhooks/{webhookId}/rotate-secret',
    operationId: 'rotateWebhookSecret',
    summary: 'Rotate the secret; for 24 hours the old one signs as well',
    request: { path: webhookPath, query: webhookQuery, header: idempotencyHeaders },
    answer: {
      description: 'The webhook, with its new secret, which is not shown again',
      schema: webhookWithSecretAnswer,
      example: examples.webhookWithSecret,
    },
    problems: ['webhook-not-found'],
    handle: async ({ path, query, header }, { caller, services, markAsReplayed }) => {
      const asked = { idempotencyKey: header['idempotency-key'] };
      const rotated = await rotateSecret(caller, { ...path, ...query }, asked, services);
      const { webhook, secret, isReplayed } = rotated;
      if (isReplayed) markAsReplayed();
      return { webhook, secret };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks/{webhookId}/test',
    operationId: 'testWebhook',
    summary: 'Send a test, even to a disabled webhook; its deliveries show the result',
    request: { path: webhookPath, query: webhookQuery },
    answer: {
      status: 202,
      description: 'The test is queued; `Location` says where to see its result',
      schema: webhookTestAnswer,
      example: examples.webhookTest,
    },
    problems: ['webhook-not-found'],
    handle: async ({ path, query }, { caller, services, locate }) => {
      const test = await testWebhook(caller, { ...path, ...query }, services);
      locate(`/webhooks/${path.webhookId}/deliveries`);
      return test;
    },
  }),
  route({
    method: 'get',
    path: '/webhooks/{webhookId}/deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'The delivery attempts of the last seven days, newest first',
    request: { path: webhookPath, query: webhookAttemptsQuery },
    answer: {
      description: 'The latest attempts',
      schema: webhookAttemptsAnswer,
      example: examples.webhookAttempts,
    },
    problems: ['webhook-not-found'],
    handle: ({ path, query: { limit, ...named } }, { caller, services }) =>
      listAttempts(caller, { ...path, ...named }, { limit }, services),
  }),
  route({
    method: 'get',
    path: '/me/notifications',
    operationId: 'getNotifications',
    summary: 'Your email notifications',
    request: {},
    answer: {
      description: 'What you chose',
      schema: notificationsAnswer,
      example: examples.notifications,
    },
    problems: [],
    handle: (_, { caller, services }) => readNotifications(caller, services),
  }),
  route({
    method: 'put',
    path: '/me/notifications',
    operationId: 'chooseNotifications',
    summary: 'Choose a daily digest and immediate notices of undeliverable contacts',
    request: { body: notificationsChoice },
    requestExample: examples.notificationsChoice,
    answer: {
      description: 'What you chose',
      schema: notificationsAnswer,
      example: examples.notifications,
    },
    problems: ['email-not-verified'],
    handle: ({ body }, { caller, services }) => changeNotifications(caller, body, services),
  }),
  openRoute({
    method: 'get',
    path: '/health',
    operationId: 'getHealth',
    summary: 'Whether the service answers',
    answer: { description: 'It does', schema: healthAnswer, example: { status: 'ok' } },
    handle: () => ({ status: 'ok' as const }),
  }),
  openRoute({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getDescription',
    summary: 'This description of the API',
    answer: {
      description: 'The description, in OpenAPI 3.1',
      schema: descriptionAnswer,
      example: examples.description,
    },
    handle: ({ programs }) => openApiDocument(programs),
  }),
  openRoute({
    method: 'get',
    path: '/asyncapi.json',
    operationId: 'getEventsDescription',
    summary: 'The description of the events out',
    answer: {
      description: 'The description, in AsyncAPI 3.0',
      schema: eventsDescriptionAnswer,
      example: examples.eventsDescription,
    },
    handle: () => asyncApiDocument(),
  }),
];

let made: ReturnType<typeof describeApi> | undefined;

/** The description of the API, created on first use. */
export const openApiDocument = (programs: Pick<ProgramSignIn, 'issuer'>) =>
  (made ??= describeApi(routes, programs));

let madeOfEvents: ReturnType<typeof describeEvents> | undefined;

/** The description of the events out, created on first use. */
const asyncApiDocument = () => (madeOfEvents ??= describeEvents());
