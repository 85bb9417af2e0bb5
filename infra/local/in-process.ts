import { HttpResponse } from '@smithy/core/protocols';
import { wireRequest, type WireRequest } from './wire/check-request.ts';

/** What a service of AWS answers, as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

/** A service of AWS on this machine. */
export type LocalService = (request: WireRequest) => Promise<WireAnswer>;

/**
 * Replaces HTTP in an SDK client: each request is serialized as for AWS, handed to the service in this process, and
 * its response parsed as from AWS.
 */
export const inProcess = (service: LocalService) => ({
  requestHandler: {
    handle: async (request: unknown) => {
      const { status, body } = await service(wireRequest(request));
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
