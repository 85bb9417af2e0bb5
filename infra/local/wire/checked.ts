import { checkRequest, wireRequest } from './check-request.ts';

/** Where in the SDK a request is checked: as it leaves, before it is signed and sent, perhaps several times. */
export const onTheWire = { name: 'wireCheck', step: 'build', priority: 'low' } as const;

/** What the runtime writes for each request that AWS would refuse begins so; the tests' service fails by it. */
export const refusedByAws = 'AWS would refuse';

/** The names of the errors by which services refuse what does not fit. */
const errorNames: Readonly<Record<string, string>> = {
  ses: 'InvalidParameterValue',
  sesv2: 'BadRequestException',
  sqs: 'InvalidParameterValue',
};

/** A refusal as the SDK would throw it had AWS answered. */
class RefusedRequest extends Error {
  readonly $fault = 'client';
  readonly $metadata = { httpStatusCode: 400 };

  constructor(service: string, message: string) {
    super(message);
    this.name = errorNames[service] ?? 'ValidationException';
  }
}

/**
 * What a middleware of the SDK is called with, once its request was checked.
 * @throws an error as of AWS if AWS would refuse the request
 */
export function checked<Arguments extends { readonly request: unknown }>(args: Arguments): Arguments {
  const refusal = checkRequest(wireRequest(args.request));
  if (!refusal) return args;
  const { operation, errors } = refusal;
  const reasons = errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  const text = `${refusedByAws} ${operation}: ${reasons}`;
  console.error(text);
  throw new RefusedRequest(operation.split(':')[0] ?? '', text);
}
