import type * as z from 'zod';
import { check, type InputError, inputErrors } from './validation.ts';

/** Where somebody finishes the set-up after the point of no return. */
export const controlHubLink = 'https://admin.webex.com';

/** What a support case needs when an email could not be sent; `reference` is the id of the failed request. */
export const supportCase = (reference: string) => ({
  portal: 'https://www.cisco.com/go/cs',
  search: 'Provisioning Assistance',
  requestType: 'Resend Provisioning Email',
  reference,
});

/** Every error of the API: its code, status and title. */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  'no-access': { status: 403, title: 'You may not do this' },
  'order-line-not-found': { status: 404, title: 'There is no such order line' },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'point-of-no-return': { status: 409, title: 'The organization is already onboarded' },
  'not-started': { status: 409, title: 'The requested start date has not come' },
  cancelled: { status: 409, title: 'The order line was cancelled' },
  'contact-undeliverable': { status: 409, title: 'Mail to the provisioning contact does not arrive' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The request body must be JSON' },
  'resend-too-soon': { status: 429, title: 'The email was resent a moment ago' },
  'resend-limit-reached': { status: 429, title: 'The limit of emails is reached' },
  'email-not-sent': { status: 502, title: 'The email could not be sent' },
  internal: { status: 500, title: 'Something went wrong on our side' },
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

/** What a code adds to its problem, beside `type`, `title`, `status`, `detail`, `code` and `requestId`. */
export interface ProblemExtras {
  readonly errors?: readonly InputError[];
  readonly placedBy?: { readonly name: string; readonly email: string };
  readonly link?: string;
  readonly requestedStartDate?: string;
  readonly reason?: string;
  readonly canResendAt?: string;
  readonly support?: ReturnType<typeof supportCase>;
}

/** An answer of the API that is an error, thrown by whoever finds that out. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.extras = extras;
  }
}

export const invalidRequest = (errors: readonly InputError[]): Problem =>
  new Problem(
    'invalid-request',
    errors.map(({ path, message }) => `${path || 'body'}: ${message}`).join('; '),
    { errors },
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
