import * as z from 'zod';

const gatewayContext = z.object({
  event: z.object({
    requestContext: z.object({
      requestId: z.string(),
      authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
    }),
  }),
});

/** What API Gateway says about a request: its id, and the verified claims if it carried a token. */
export function readGatewayContext(bindings: unknown) {
  const { requestId, authorizer } = gatewayContext.parse(bindings).event.requestContext;
  return { requestId, claims: authorizer?.jwt.claims };
}
