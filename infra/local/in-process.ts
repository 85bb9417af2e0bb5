import { HttpResponse } from '@smithy/core/protocols';
import { type AwsRequest, type WireRequest, wireRequest } from './wire/check-request.ts';

/** The answer of an AWS service on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

/** An AWS service on this machine. */
export type LocalService = (request: AwsRequest) => Promise<WireAnswer>;

/** One that takes requests as they are sent, and refuses invalid ones. */
export type WireService = (request: WireRequest) => Promise<WireAnswer>;

/**
 * Replaces HTTP in an SDK client: each request is serialized as for AWS and handed to the service in this process; its
 * response is parsed as from AWS.
 */
export const inProcess = (service: WireService) => ({
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
export const awsError = (name: string, message = name): WireAnswer => ({
  status: 400,
  body: JSON.stringify({ __type: name, message }),
});

/** An error of SES's first API, in AWS's query protocol. */
export const sesError = (code: string, message: string): WireAnswer => ({
  status: 400,
  body:
    `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>` +
    `<Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
});

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
