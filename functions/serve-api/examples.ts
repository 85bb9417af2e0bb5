import type {
  ContactChangeAnswer,
  HistoryAnswer,
  InsightsAnswer,
  JobAnswer,
  JobItemsAnswer,
  LineAnswer,
  ListAnswer,
  OrderAnswer,
  ResendAnswer,
  SummaryAnswer,
} from '../../shared/contracts/api.ts';
import type { NotificationsAnswer, NotificationsChoice } from '../../shared/contracts/notification-api.ts';
import type { WebhookAnswer, WebhookAttemptsAnswer } from '../../shared/contracts/webhook-api.ts';
import { historyAsCsv } from '../../shared/use-cases/present-history.ts';
import { insightsAsCsv } from '../../shared/use-cases/read-insights.ts';
import { itemsAsCsv } from '../../shared/use-cases/present-resend-job.ts';

/* The example answers in the API's description: one line, from its order to a resend and a new contact. */

const first = {
  messageId: '0102019a5b1c7d30-8c0e5a52-7f4b-4d0a-9f55-2b6f0f6c1e11-000000',
  to: 'it@alderfinch.example',
  sentAt: '2026-11-20T00:00:02.114Z',
};
const resent = {
  messageId: '0102019a6a77e0c4-1d9be3f0-2a68-4a4e-8a1b-93c1d6f7a2b4-000000',
  to: first.to,
  sentAt: '2026-11-22T09:00:00.482Z',
};
const corrected = {
  messageId: '0102019a6a7c51d8-64f2a7be-5b0d-4f0e-bd43-0c7ce1a58d90-000000',
  to: 'joanna.reyes@alderfinch.example',
  sentAt: '2026-11-22T09:04:51.020Z',
};
const maya = { name: 'Maya Lindqvist', email: 'maya@northwind.example' };

const line: LineAnswer = {
  orderId: 'ORD-1001',
  lineId: '1',
  subscriptionId: 'Sub-10011',
  offer: 'A-FLEX-3',
  partnerId: 'northwind',
  endCustomer: { name: 'Alder & Finch' },
  placedBy: maya,
  provisioningContact: { email: first.to, name: 'IT desk', locale: 'en' },
  requestedStartDate: '2026-11-20T00:00:00.000Z',
  status: 'AwaitingProvisioningDetails',
  provisioningPending: false,
  window: 'P7D',
  firstEmailSentAt: first.sentAt,
  closesAt: '2026-11-27T00:00:02.114Z',
  lastEmail: { ...first, delivery: 'Delivered' },
  resend: { allowed: true },
  contactChange: { allowed: true },
};

const list: ListAnswer = { items: [line], cursor: 'MjAyNi0xMS0yN1QwMDowMDowMi4xMTRaI09SRC0xMDAxIzE' };

const summary: SummaryAnswer = {
  total: 1204,
  byStatus: { Scheduled: 122, AwaitingProvisioningDetails: 310, Onboarded: 640, Closed: 101, Cancelled: 31 },
  provisioningPending: 88,
  undeliverable: 7,
  closingWithin24h: 12,
  closingWithin72h: 41,
  asOf: '2026-11-22T09:00:00.000Z',
};

const insights: InsightsAnswer = {
  from: '2025-12',
  to: '2026-11',
  items: [
    {
      month: '2026-11',
      offer: 'A-FLEX-3',
      locale: 'en',
      lines: 210,
      emails: 264,
      bounced: 9,
      onboarded: 141,
      onboardedWithin1Day: 52,
      onboardedWithin3Days: 47,
      onboardedWithin7Days: 36,
      onboardedWithin30Days: 6,
      onboardedLater: 0,
      hoursToOnboarding: 6034.5,
      closedUnprovisioned: 31,
      cancelled: 4,
      resent: 38,
      resentOnboarded: 25,
      corrected: 7,
      correctedOnboarded: 6,
      reminded: 0,
      remindedOnboarded: 0,
    },
  ],
};

const order: OrderAnswer = {
  orderId: line.orderId,
  lines: [
    line,
    {
      ...line,
      lineId: '2',
      subscriptionId: 'Sub-10012',
      offer: 'A-WX',
      window: 'P30D',
      closesAt: '2026-12-20T00:00:02.114Z',
    },
  ],
};

const sent = 'ProvisioningEmailSent';
const history: HistoryAnswer = {
  items: [
    {
      at: resent.sentAt,
      type: sent,
      actor: maya.email,
      to: resent.to,
      messageId: resent.messageId,
      result: 'Accepted',
    },
    {
      at: '2026-11-20T00:00:04.730Z',
      type: 'ProvisioningEmailFeedback',
      actor: 'aws.ses',
      to: first.to,
      messageId: first.messageId,
      result: 'Delivered',
    },
    {
      at: first.sentAt,
      type: sent,
      actor: 'workflow',
      to: first.to,
      messageId: first.messageId,
      result: 'Accepted',
    },
    { at: '2026-11-12T15:21:09.377Z', type: 'Booked', actor: 'commerce.workspace' },
  ],
};

const resend: ResendAnswer = {
  line: {
    ...line,
    lastEmail: { ...resent, delivery: 'Accepted' },
    resend: { allowed: false, reason: 'resend-too-soon', canResendAt: '2026-11-22T09:01:00.482Z' },
  },
  email: resent,
};

const contactChange: ContactChangeAnswer = {
  lines: [
    {
      ...line,
      provisioningContact: { email: corrected.to, name: 'Joanna Reyes', locale: 'en' },
      lastEmail: { ...corrected, delivery: 'Accepted' },
    },
  ],
  skipped: [{ lineId: '2', reason: 'point-of-no-return' }],
};

const helpDesk = { email: 'helpdesk@alderfinch.example', name: 'Help desk' };

const copiedLine: LineAnswer = { ...line, copyTo: { ...helpDesk, locale: 'en' } };

const contactChangeRequest = { email: corrected.to, name: 'Joanna Reyes', applyToAllLines: true };

const jobId = '3f1b7a52-6d0c-4a3e-9a54-0d8f1c2b7e61';

const [one, two] = [
  { orderId: line.orderId, lineId: '1' },
  { orderId: line.orderId, lineId: '2' },
];
const jobRequest = { lines: [one, two] };

const startedJob: JobAnswer = {
  jobId,
  status: 'Queued',
  counts: { total: 2, sent: 0, skipped: 0, failed: 0, unconfirmed: 0 },
  createdAt: '2026-11-22T09:00:00.000Z',
  createdBy: maya.email,
};

const job: JobAnswer = {
  ...startedJob,
  status: 'Completed',
  counts: { ...startedJob.counts, sent: 1, skipped: 1 },
  completedAt: '2026-11-22T09:00:01.204Z',
};

const jobItems: JobItemsAnswer = {
  items: [
    { ...one, result: 'sent', messageId: resent.messageId, to: resent.to, at: resent.sentAt },
    { ...two, result: 'skipped', code: 'point-of-no-return', at: '2026-11-22T09:00:01.196Z' },
  ],
};

const historyCsv = historyAsCsv(history);

const jobItemsAsCsv = itemsAsCsv(jobItems.items);

const webhook: WebhookAnswer = {
  webhookId: '6c1c3f2e-9b1d-4f0a-8a3e-2d7b5c9e0f14',
  url: 'https://hooks.northwind.example/provisioning',
  description: 'Tickets for bounced emails',
  events: ['order_line.email_undeliverable', 'order_line.closed'],
  status: 'Enabled',
  createdAt: '2026-11-22T09:00:00.000Z',
  createdBy: maya.email,
};

const webhookRequest = {
  url: webhook.url,
  events: webhook.events,
  description: 'Tickets for bounced emails',
};
const webhookChange = { status: 'Disabled' as const };

/** Base64 of a sentence: nobody's secret. */
const webhookWithSecret = {
  webhook,
  secret: 'whsec_VGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSBzZWNyZXQ=',
};

const webhookTest = { messageId: 'msg_0b8c4d1f5a7e4c53b0a2d9e6f1c38a47' };

const webhookAttempts: WebhookAttemptsAnswer = {
  items: [
    {
      at: '2026-11-27T00:00:08.310Z',
      messageId: 'msg_Zk2p0vQ9hXwT1bRrM7cJ4uNfYe8sLaDg',
      type: 'order_line.closed',
      orderId: line.orderId,
      lineId: line.lineId,
      attempt: 2,
      result: 'delivered',
      status: 204,
      milliseconds: 84,
    },
    {
      at: '2026-11-27T00:00:03.201Z',
      messageId: 'msg_Zk2p0vQ9hXwT1bRrM7cJ4uNfYe8sLaDg',
      type: 'order_line.closed',
      orderId: line.orderId,
      lineId: line.lineId,
      attempt: 1,
      result: 'failed',
      status: 503,
      error: 'status',
      milliseconds: 61,
      nextAttemptAt: '2026-11-27T00:00:08.201Z',
    },
  ],
};

const notificationsChoice: NotificationsChoice = {
  digest: true,
  bounces: false,
  timeZone: 'Europe/Berlin',
  locale: 'en',
};
const notifications: NotificationsAnswer = {
  ...notificationsChoice,
  email: 'maya@northwind.example',
  nextDigestAt: '2026-11-23T07:00:00.000Z',
  endsAt: '2027-02-20T09:00:00.000Z',
};

const description = {
  openapi: '3.1.0',
  info: { title: 'Provisioning emails', version: '1.0.0' },
  paths: { '/health': { get: { operationId: 'getHealth' } } },
};

const eventsDescription = {
  asyncapi: '3.0.0',
  info: { title: 'Provisioning emails: events', version: '1.0.0' },
  channels: { bus: { messages: {} } },
};

export const examples = {
  line,
  list,
  summary,
  insights,
  insightsAsCsv: insightsAsCsv(insights),
  order,
  history,
  historyAsCsv: historyCsv,
  resend,
  contactChange,
  contactChangeRequest,
  copyToRequest: helpDesk,
  copiedLine,
  jobRequest,
  startedJob,
  job,
  jobItems,
  jobItemsAsCsv,
  webhook,
  webhookRequest,
  webhookChange,
  webhookWithSecret,
  webhookTest,
  webhookAttempts,
  notifications,
  notificationsChoice,
  description,
  eventsDescription,
};
