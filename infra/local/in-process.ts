import { HttpResponse } from '@smithy/core/protocols';
import { type AwsRequest, readRequest, wireRequest } from './wire/check-request.ts';
import { refuseAsAws } from './wire/checked.ts';

/** The answer of an AWS service on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

/** An AWS service on this machine. */
export type LocalService = (request: AwsRequest) => Promise<WireAnswer>;

/**
 * Replaces HTTP in an SDK client: each request is serialized as for AWS, checked as AWS would, and handed to the service
 * in this process; its response is parsed as from AWS.
 */
export const inProcess = (service: LocalService) => ({
  requestHandler: {
    handle: async (request: unknown) => {
      const asked = readRequest(wireRequest(request));
      refuseAsAws(asked);
      const { status, body } = await service(asked);
      return { response: new HttpResponse({ statusCode: status, headers: {}, body: Buffer.from(body) }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  },
});

/** An answer in AWS's JSON protocol. */
export const jsonAnswer = (body: object): WireAnswer => ({ status: 200, body: JSON.stringify(body) });

/** An error in AWS's JSON protocol. */
export const awsError = (name: string): WireAnswer => ({
  status: 400,
  body: JSON.stringify({ __type: name, message: name }),
});
