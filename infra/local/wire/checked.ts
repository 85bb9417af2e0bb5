import { type AwsRequest, checkRequest } from './check-request.ts';

/** The beginning of what the runtime logs for each request that AWS would refuse; the tests' service fails on it. */
export const refusedByAws = 'AWS would refuse';

/** The names of the errors by which services refuse invalid requests. */
const errorNames: Readonly<Record<string, string>> = {
  ses: 'InvalidParameterValue',
  sesv2: 'BadRequestException',
  sqs: 'InvalidParameterValue',
};

/** A refusal as the SDK would throw it if AWS had answered. */
class RefusedRequest extends Error {
  readonly $fault = 'client';
  readonly $metadata = { httpStatusCode: 400 };

  constructor(service: string, message: string) {
    super(message);
    this.name = errorNames[service] ?? 'ValidationException';
  }
}

/** @throws an error as of AWS if AWS would refuse the request */
export function refuseAsAws(request: AwsRequest): void {
  const refusal = checkRequest(request);
  if (!refusal) return;
  const { operation, errors } = refusal;
  const reasons = errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  const text = `${refusedByAws} ${operation}: ${reasons}`;
  console.error(text);
  throw new RefusedRequest(operation.split(':')[0] ?? '', text);
}
