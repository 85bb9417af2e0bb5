import * as z from 'zod';
import { instant } from './fields.ts';
import { check, type InputError, inputErrors } from './validation.ts';

/** Where somebody finishes the set-up after the point of no return. */
export const controlHubLink = 'https://admin.webex.com';

export const supportDetails = z
  .object({ portal: z.string(), search: z.string(), requestType: z.string(), reference: z.string() })
  .meta({ description: 'What a support case needs; `reference` is the id of the failed request' });

/** What a support case needs when an email could not be sent; `reference` is the id of the failed request. */
export const supportCase = (reference: string): z.output<typeof supportDetails> => ({
  portal: 'https://www.cisco.com/go/cs',
  search: 'Provisioning Assistance',
  requestType: 'Resend Provisioning Email',
  reference,
});

/** The request that the examples of the API's description tell of. */
export const exampleRequestId = '5f0c1e9a-3b7d-4c58-9d42-8a6e0b1f7c23';

/** What problems add to the fields that all of them have. */
const extras = z.object({
  errors: z.array(z.object({ path: z.string(), message: z.string() })).meta({
    description: 'Each value that does not fit: where it is, as `contact.email`, and what to change',
  }),
  placedBy: z
    .object({ name: z.string(), email: z.string() })
    .meta({ description: 'The person who placed the order, and who may help' }),
  link: z.literal(controlHubLink).meta({ description: 'Where the set-up is finished' }),
  requestedStartDate: instant,
  reason: z.string().meta({ description: 'What the mail service said' }),
  canResendAt: instant,
  support: supportDetails,
});

const { errors, placedBy, link, requestedStartDate, reason, canResendAt, support } = extras.shape;
const nothing = z.object({});

/**
 * Every error of the API by its code: status and title, what it means and what to do about it, what it adds to the
 * fields that all have, and one as it may come. The description of the API shows the same.
 */
export const problems = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    description: 'Something in the request does not fit. Change what `errors` names, and ask again.',
    adds: z.object({ errors }),
    example: {
      detail: 'orderId: must be 1 to 64 of A-Z a-z 0-9 . _ -',
      errors: [{ path: 'orderId', message: 'must be 1 to 64 of A-Z a-z 0-9 . _ -' }],
    },
  },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is needed',
    description: 'The access token is missing, has expired, or lacks claims. Get a new one, and ask again.',
    adds: nothing,
    example: { detail: 'Send an access token: Authorization: Bearer <token>.' },
  },
  'no-access': {
    status: 403,
    title: 'You may not do this',
    description:
      'The account lacks the role for this. Ask the person in `placedBy`, who placed the order; without it, an administrator.',
    adds: z.object({ placedBy: placedBy.exactOptional() }),
    example: {
      detail: 'Your account lacks the role for this. Ask the person who placed the order.',
      placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
    },
  },
  'order-line-not-found': {
    status: 404,
    title: 'There is no such order line',
    description:
      'No such line, or none of your partner. Check both ids; a line appears once its order is booked.',
    adds: nothing,
    example: { detail: 'There is no such order line among the orders of your partner.' },
  },
  'order-not-found': {
    status: 404,
    title: 'There is no such order',
    description: 'No such order, or none of your partner. Check the id; an order appears once it is booked.',
    adds: nothing,
    example: { detail: 'There is no such order among those of your partner.' },
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    description: 'The API has no such path, or not with this method. Check both.',
    adds: nothing,
    example: { detail: 'This path and method lead nowhere.' },
  },
  'point-of-no-return': {
    status: 409,
    title: 'The organization is already onboarded',
    description:
      "The customer's organization is onboarded: nothing is resent or changed any more. The contact or an admin finishes at `link`.",
    adds: z.object({ link }),
    example: {
      detail: `The customer's organization is onboarded. The provisioning contact or an admin finishes at ${controlHubLink}.`,
      link: controlHubLink,
    },
  },
  'not-started': {
    status: 409,
    title: 'The requested start date has not come',
    description: 'There is nothing to resend yet: the first email goes out on `requestedStartDate`.',
    adds: z.object({ requestedStartDate }),
    example: {
      detail: 'The provisioning email goes out on the requested start date, 2026-12-01T00:00:00.000Z.',
      requestedStartDate: '2026-12-01T00:00:00.000Z',
    },
  },
  cancelled: {
    status: 409,
    title: 'The order line was cancelled',
    description: 'Nothing is sent for a cancelled line, and nothing about it changes. Order it anew.',
    adds: nothing,
    example: { detail: 'The order line was cancelled; nothing is sent for it any more.' },
  },
  'contact-undeliverable': {
    status: 409,
    title: 'Mail to the provisioning contact does not arrive',
    description:
      'The address refused mail for good, or complained about it. Change the contact to another address.',
    adds: z.object({ reason }),
    example: {
      detail: 'Mail to this address comes back. Choose another provisioning contact.',
      reason: 'smtp; 550 5.1.1 mailbox does not exist',
    },
  },
  'payload-too-large': {
    status: 413,
    title: 'The request body is too large',
    description: 'No request needs a body of this size. Send a smaller one.',
    adds: nothing,
    example: { detail: 'The body may have at most 16384 bytes.' },
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The request body must be JSON',
    description: 'The body is no JSON, or is not said to be. Send it with `Content-Type: application/json`.',
    adds: nothing,
    example: { detail: 'Send the body as application/json.' },
  },
  'resend-too-soon': {
    status: 429,
    title: 'The email was resent a moment ago',
    description: 'The line had an email a moment ago, or is getting one. Ask again at `canResendAt`.',
    adds: z.object({ canResendAt }),
    example: {
      detail: 'The email was resent a moment ago. The next is possible at 2026-11-22T09:01:00.000Z.',
      canResendAt: '2026-11-22T09:01:00.000Z',
    },
  },
  'resend-limit-reached': {
    status: 429,
    title: 'The limit of emails is reached',
    description:
      'The line had as many emails as 24 hours allow: ask again at `canResendAt`. Without it the line has used up its emails for good: reach the contact in another way.',
    adds: z.object({ canResendAt: canResendAt.exactOptional() }),
    example: {
      detail: 'The limit for 24 hours is reached. The next is possible at 2026-11-23T08:12:30.000Z.',
      canResendAt: '2026-11-23T08:12:30.000Z',
    },
  },
  'email-not-sent': {
    status: 502,
    title: 'The email could not be sent',
    description:
      'The mail service refused. Nothing was sent, changed or counted: ask again, or open a support case with `support`.',
    adds: z.object({ support }),
    example: {
      detail:
        'The email could not be sent; nothing was changed or counted. Try again, or open a support case.',
      support: supportCase(exampleRequestId),
    },
  },
  'email-unconfirmed': {
    status: 504,
    title: 'The email may have been sent',
    description:
      'The answer of the mail service was lost. The email may have left, so it counts and is in the history, where the report of the mail service will confirm it. The same idempotency key never sends again, and gets the answer once the email is confirmed. If it does not arrive, resend at `canResendAt`; without it the line has used up its emails.',
    adds: z.object({ canResendAt: canResendAt.exactOptional(), support }),
    example: {
      detail: 'The email may have been sent, and counts. The history tells once that is known.',
      canResendAt: '2026-11-22T09:01:00.000Z',
      support: supportCase(exampleRequestId),
    },
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    description: 'Ask again. If it keeps failing, report the `requestId`.',
    adds: nothing,
    example: { detail: 'Try again. If it keeps failing, report the request id.' },
  },
} as const;

export type ProblemCode = keyof typeof problems;

/** The codes that refuse what was asked for properly: by access, by the state of the line, by a limit. */
export const refusalCodes = [
  'no-access',
  'point-of-no-return',
  'not-started',
  'cancelled',
  'contact-undeliverable',
  'resend-too-soon',
  'resend-limit-reached',
] as const satisfies readonly ProblemCode[];

/** What some code adds to its problem, for those who catch one of any code. */
export type ProblemExtras = Partial<z.output<typeof extras>>;

type Adds<Code extends ProblemCode> = z.output<(typeof problems)[Code]['adds']>;

/** What a problem is made of: what its code always adds has to be given. */
type ProblemArguments = {
  [Code in ProblemCode]: z.output<typeof nothing> extends Adds<Code>
    ? [code: Code, detail: string, extras?: Adds<Code>, options?: ErrorOptions]
    : [code: Code, detail: string, extras: Adds<Code>, options?: ErrorOptions];
}[ProblemCode];

/** An answer of the API that is an error, thrown by whoever finds that out. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(...[code, detail, added = {}, options]: ProblemArguments) {
    super(detail, options);
    this.code = code;
    this.extras = added;
  }
}

/** A problem as the API answers it. */
export const problemDocument = (
  {
    code,
    message,
    extras: added,
  }: { readonly code: ProblemCode; readonly message: string; readonly extras: object },
  requestId: string,
) => {
  const { status, title } = problems[code];
  return { type: problemType(code), title, status, detail: message, code, requestId, ...added };
};

export const problemType = (code: ProblemCode): string => `urn:problem:${code}`;

export const invalidRequest = (errors: readonly InputError[]): Problem =>
  new Problem(
    'invalid-request',
    errors.map(({ path, message }) => `${path || 'body'}: ${message}`).join('; '),
    { errors: [...errors] },
  );

/**
 * What a caller sent, once it fits.
 * @throws Problem invalid-request
 */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = check(schema, input);
  if (!result.success) throw invalidRequest(inputErrors(result.error));
  return result.data;
}
