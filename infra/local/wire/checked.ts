import { awsError, type LocalService, sesError, type WireAnswer, type WireService } from '../in-process.ts';
import { type AwsRequest, checkRequest, readRequest } from './check-request.ts';

/** The beginning of what the runtime logs for each request that AWS would refuse; the tests' service fails on it. */
export const refusedByAws = 'AWS would refuse';

/** The errors by which services refuse invalid requests, where it is not a `ValidationException`. */
const errors: Readonly<Record<string, (message: string) => WireAnswer>> = {
  ses: (message) => sesError('InvalidParameterValue', message),
  sesv2: (message) => awsError('BadRequestException', message),
  sqs: (message) => awsError('InvalidParameterValue', message),
};

/** A service that refuses, and logs, what AWS would refuse. */
export const checked =
  (service: LocalService): WireService =>
  async (sent) => {
    const request = readRequest(sent);
    return refusal(request) ?? (await service(request));
  };

function refusal(request: AwsRequest): WireAnswer | undefined {
  const refused = checkRequest(request);
  if (!refused) return undefined;
  const reasons = refused.errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  const text = `${refusedByAws} ${refused.operation}: ${reasons}`;
  console.error(text);
  const [service = ''] = refused.operation.split(':');
  return errors[service]?.(text) ?? awsError('ValidationException', text);
}
