import * as z from 'zod';
import { jobDays } from '../domain/resend-job.ts';
import { mostWebhooks } from '../domain/webhook.ts';
import { instant } from './fields.ts';
import { check, type InputError, inputErrors } from './validation.ts';

/** The largest request body that is accepted, in bytes. */
export const largestBody = 16 * 1024;

/** The same for a bulk resend, which may name 1,000 lines. */
export const largestJobBody = 256 * 1024;

/** Where setup is finished after the point of no return. */
export const controlHubLink = 'https://admin.webex.com';

export const supportDetails = () =>
  z
    .object({
      portal: z.string().meta({ description: 'Where to open the case' }),
      search: z.string().meta({ description: 'What to search there' }),
      requestType: z.string().meta({ description: 'The type of the request' }),
      reference: z.string().meta({ description: 'The id of the failed request' }),
    })
    .meta({ description: 'What to put into a support case; `reference` is the id of the failed request' });

/** What a support case needs when an email could not be sent; `reference` is the id of the failed request. */
export const supportCase = (reference: string): z.output<ReturnType<typeof supportDetails>> => ({
  portal: 'https://www.cisco.com/go/cs',
  search: 'Provisioning Assistance',
  requestType: 'Resend Provisioning Email',
  reference,
});

/** The request id in the examples of the API description. */
const exampleRequestId = '5f0c1e9a-3b7d-4c58-9d42-8a6e0b1f7c23';

/**
 * Fields that only some problems have, each as a function that creates its schema, which takes time and only the
 * description needs.
 */
const extras = {
  errors: () =>
    z
      .array(
        z.object({
          path: z
            .string()
            .meta({ description: 'Where it is, as `lines.0.orderId`; empty for the whole body' }),
          message: z.string().meta({ description: 'What to change' }),
        }),
      )
      .meta({ description: 'Each invalid value' }),
  placedBy: () =>
    z
      .object({
        name: z.string().meta({ description: 'The name' }),
        email: z.string().meta({ description: 'The address' }),
      })
      .meta({ description: 'The person who placed the order, who can help' }),
  link: () => z.literal(controlHubLink).meta({ description: 'Where to finish the setup' }),
  requestedStartDate: () => instant.meta({ description: 'When the first email goes out' }),
  reason: () => z.string().meta({ description: 'What the mail service said' }),
  canResendAt: () => instant.meta({ description: 'When the next email is possible' }),
  support: supportDetails,
  jobId: () => z.string().meta({ description: 'The running job' }),
};

const { errors, placedBy, link, requestedStartDate, reason, canResendAt, support, jobId } = extras;

/** One row of the table: everything that the product says about a problem. */
interface ProblemRow<Status extends number, Shape extends z.ZodRawShape> {
  readonly status: Status;
  readonly title: string;
  /** Its meaning and remedy, for the API description. */
  readonly description: string;
  /** The fields that it adds to those of all problems. */
  readonly adds: () => Shape;
  /** The message for one request, unless the thrower has a better one. */
  readonly detail: (added: Added<Shape>) => string;
  /** The added fields in the description's example. */
  readonly example: Added<Shape>;
}

/** For an object without fields, `z.output` alone would rule out `code` as well. */
type Added<Shape extends z.ZodRawShape> = Pick<AnyOf<Shape>, keyof AnyOf<Shape> & keyof Shape>;
type AnyOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** Ties the texts of a row to the fields that it adds. */
const problem = <const Status extends number, Shape extends z.ZodRawShape>(
  row: ProblemRow<Status, Shape>,
) => ({
  ...row,
  exampleDetail: row.detail(row.example),
});

/** Every error of the API by its code: the single source for status, texts, fields and examples. */
export const problems = {
  'invalid-request': problem({
    status: 400,
    title: 'The request is not valid',
    description: 'The request is invalid. Fix what `errors` names, and try again.',
    adds: () => ({ errors: errors() }),
    detail: ({ errors }) => errors.map(({ path, message }) => `${path || 'body'}: ${message}`).join('; '),
    example: { errors: [{ path: 'orderId', message: 'must be 1 to 64 of A-Z a-z 0-9 . _ -' }] },
  }),
  unauthenticated: problem({
    status: 401,
    title: 'A valid access token is needed',
    description: 'The access token is missing, has expired, or lacks claims. Get a new one, and try again.',
    adds: () => ({}),
    detail: () => 'Send an access token: Authorization: Bearer <token>.',
    example: {},
  }),
  'no-access': problem({
    status: 403,
    title: 'You may not do this',
    description:
      'The account lacks the role for this. Ask the person in `placedBy`, who placed the order; if that is missing, an administrator.',
    adds: () => ({ placedBy: placedBy().exactOptional() }),
    detail: ({ placedBy }) =>
      placedBy
        ? 'Your account lacks the role for this. Ask the person who placed the order.'
        : 'Your account lacks the role to see order lines. Ask your administrator for it.',
    example: { placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' } },
  }),
  'order-line-not-found': problem({
    status: 404,
    title: 'There is no such order line',
    description:
      'The line does not exist, or belongs to another partner. Check both ids; a line appears once it is booked.',
    adds: () => ({}),
    detail: () => 'Your partner has no such order line.',
    example: {},
  }),
  'order-not-found': problem({
    status: 404,
    title: 'There is no such order',
    description:
      'The order does not exist, or belongs to another partner. Check the id; an order appears once it is booked.',
    adds: () => ({}),
    detail: () => 'Your partner has no such order.',
    example: {},
  }),
  'not-found': problem({
    status: 404,
    title: 'Not found',
    description: 'The API has no such path, or does not support this method on it. Check both.',
    adds: () => ({}),
    detail: () => 'No call has this path and method.',
    example: {},
  }),
  'job-not-found': problem({
    status: 404,
    title: 'There is no such job',
    description: `The job does not exist, or belongs to another partner. Check the id; jobs are kept for ${jobDays} days.`,
    adds: () => ({}),
    detail: () => 'Your partner has no such job.',
    example: {},
  }),
  'job-in-progress': problem({
    status: 409,
    title: 'A job of your partner is running',
    description:
      'Only one bulk resend per partner runs at a time. Wait until the job in `jobId` is completed.',
    adds: () => ({ jobId: jobId() }),
    detail: ({ jobId }) => `Wait until the job ${jobId} of your partner is completed.`,
    example: { jobId: '3f1b7a52-6d0c-4a3e-9a54-0d8f1c2b7e61' },
  }),
  'webhook-not-found': problem({
    status: 404,
    title: 'There is no such webhook',
    description: 'The webhook does not exist, was deleted, or belongs to another partner. Check the id.',
    adds: () => ({}),
    detail: () => 'Your partner has no such webhook.',
    example: {},
  }),
  'webhook-limit-reached': problem({
    status: 409,
    title: 'Your partner has the maximum number of webhooks',
    description: `A partner may have ${mostWebhooks} webhooks. Delete one that is not needed, or change it.`,
    adds: () => ({}),
    detail: () => `Your partner has ${mostWebhooks} webhooks, the most it may have.`,
    example: {},
  }),
  'email-not-verified': problem({
    status: 403,
    title: 'Your account has no verified email address',
    description:
      'Notifications go to the email address of the account, and its sign-in does not vouch for one. Have the address verified there, or choose in the console, which knows more of the account than an access token may say.',
    adds: () => ({}),
    detail: () => 'Your sign-in vouches for no email address of yours, so nothing can be sent there.',
    example: {},
  }),
  'point-of-no-return': problem({
    status: 409,
    title: 'The organization is already onboarded',
    description:
      "The customer's organization is onboarded, so nothing can be resent or changed. The contact or an admin finishes the setup at `link`.",
    adds: () => ({ link: link() }),
    detail: ({ link }) =>
      `The customer's organization is onboarded. The provisioning contact or an admin finishes the setup at ${link}.`,
    example: { link: controlHubLink },
  }),
  'not-started': problem({
    status: 409,
    title: 'The first email is still to come',
    description: 'There is nothing to resend yet: the first email goes out on `requestedStartDate`.',
    adds: () => ({ requestedStartDate: requestedStartDate() }),
    detail: ({ requestedStartDate }) =>
      `The provisioning email goes out by itself, on the requested start date, ${requestedStartDate}, or soon after it.`,
    example: { requestedStartDate: '2026-12-01T00:00:00.000Z' },
  }),
  cancelled: problem({
    status: 409,
    title: 'The order line was cancelled',
    description: 'Nothing can be sent or changed for a cancelled line. Place a new order.',
    adds: () => ({}),
    detail: () => 'The order line was cancelled, so nothing more is sent for it.',
    example: {},
  }),
  'contact-undeliverable': problem({
    status: 409,
    title: 'No more emails of the line are sent to its provisioning contact',
    description:
      'The address hard-bounced, its owner complained, or it was erased on request. Change the contact to another address.',
    adds: () => ({ reason: reason() }),
    detail: () =>
      'No more emails of this line are sent to this address. Choose another provisioning contact.',
    example: { reason: 'smtp; 550 5.1.1 mailbox does not exist' },
  }),
  'payload-too-large': problem({
    status: 413,
    title: 'The request body is too large',
    description: 'No request needs a body this large. Send a smaller one.',
    adds: () => ({}),
    detail: () => 'The body is larger than any that this call needs.',
    example: {},
  }),
  'unsupported-media-type': problem({
    status: 415,
    title: 'The request body must be JSON',
    description: 'The body is not declared as JSON. Send it with `Content-Type: application/json`.',
    adds: () => ({}),
    detail: () => 'Send the body as application/json.',
    example: {},
  }),
  'resend-too-soon': problem({
    status: 429,
    title: 'The email was resent a moment ago',
    description: 'The email was resent a moment ago, or one is being sent. Try again at `canResendAt`.',
    adds: () => ({ canResendAt: canResendAt() }),
    detail: ({ canResendAt }) =>
      `The email was resent a moment ago. You can resend it again at ${canResendAt}.`,
    example: { canResendAt: '2026-11-22T09:01:00.000Z' },
  }),
  'resend-limit-reached': problem({
    status: 429,
    title: 'The email limit is reached',
    description:
      'The line has had as many emails as 24 hours allow: try again at `canResendAt`. If that is missing, the line has used up its emails for good: reach the contact some other way.',
    adds: () => ({ canResendAt: canResendAt().exactOptional() }),
    detail: ({ canResendAt }) =>
      canResendAt === undefined
        ? 'This line has used up its emails and contact changes. Reach the contact some other way.'
        : `The limit for 24 hours is reached. The next email is possible at ${canResendAt}.`,
    example: { canResendAt: '2026-11-23T08:12:30.000Z' },
  }),
  'email-not-sent': problem({
    status: 502,
    title: 'The email could not be sent',
    description:
      'The mail service refused the email. Nothing was sent, changed or counted: try again, or open a support case with `support`.',
    adds: () => ({ support: support() }),
    detail: () =>
      'The email could not be sent; nothing was changed or counted. Try again, or open a support case with this reference.',
    example: { support: supportCase(exampleRequestId) },
  }),
  'email-unconfirmed': problem({
    status: 504,
    title: 'The email may have been sent',
    description:
      "The mail service's answer was lost. The email may have left, so it is counted and in the history, where the mail service's report will confirm it. The same idempotency key never sends again, and gets its answer once the email is confirmed. If the email does not arrive, resend at `canResendAt`; if that is missing, the line has used up its emails.",
    adds: () => ({ canResendAt: canResendAt().exactOptional(), support: support() }),
    detail: () =>
      'The mail service did not say whether it accepted the email. It may have left, so it is counted; the history will show it as sent once the mail service confirms it. Ask the contact before you send another.',
    example: { canResendAt: '2026-11-22T09:01:00.000Z', support: supportCase(exampleRequestId) },
  }),
  internal: problem({
    status: 500,
    title: 'Something went wrong on our side',
    description: 'Try again. If it keeps failing, report the `requestId`.',
    adds: () => ({}),
    detail: () => 'Try again. If it keeps failing, report the request id.',
    example: {},
  }),
};

export type ProblemCode = keyof typeof problems;

/** The fields that any code may add, for catchers of problems with any code. */
export type ProblemExtras = Partial<
  z.output<z.ZodObject<{ [Field in keyof typeof extras]: ReturnType<(typeof extras)[Field]> }>>
>;

type Shapes = { readonly [Code in ProblemCode]: ReturnType<(typeof problems)[Code]['adds']> };

/** The table, typed so that the message of any code can be looked up. */
const rows: { readonly [Code in ProblemCode]: Pick<ProblemRow<number, Shapes[Code]>, 'detail'> } = problems;

/** A problem by its code, with the fields that the code always adds. */
type ProblemFacts<Code extends ProblemCode = ProblemCode> = {
  readonly [Each in Code]: { readonly code: Each } & Added<Shapes[Each]>;
}[Code];

const detailOf = <Code extends ProblemCode>(facts: ProblemFacts<Code>): string =>
  rows[facts.code].detail(facts);

/** An error response of the API, thrown wherever it is detected. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  /** @param detail replaces the message of the table */
  constructor(facts: ProblemFacts, detail = detailOf(facts)) {
    super(detail);
    const { code, ...added } = facts;
    this.code = code;
    this.extras = added;
  }
}

/** A problem as the API returns it. */
export const problemDocument = (
  {
    code,
    message,
    extras: added,
  }: { readonly code: ProblemCode; readonly message: string; readonly extras: object },
  requestId: string,
) => {
  const { status, title } = problems[code];
  return { type: problemPath(code), title, status, detail: message, code, requestId, ...added };
};

/** An example of a problem. */
export const exampleProblem = (code: ProblemCode) => {
  const { exampleDetail, example } = problems[code];
  return problemDocument({ code, message: exampleDetail, extras: example }, exampleRequestId);
};

/** The page about a problem, which its `type` names, relative to the API. */
export const problemPath = (code: ProblemCode): string => `/docs/problems/${code}`;

export const invalidRequest = (errors: readonly InputError[]): Problem =>
  new Problem({ code: 'invalid-request', errors: [...errors] });

/**
 * The input, once it is valid.
 * @throws Problem invalid-request
 */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = check(schema, input);
  if (!result.success) throw invalidRequest(inputErrors(result.error));
  return result.data;
}
