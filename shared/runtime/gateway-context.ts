import { decodeJwt } from 'jose';
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

/** The claims on which the token and the gateway must agree; the gateway turns numbers into text. */
const identity = z.object({ sub: z.string(), exp: z.coerce.number() });
const payload = z.looseObject({ sub: z.string(), exp: z.number() });

/**
 * The claims of the token that the gateway verified, as they are in the token: API Gateway flattens lists to text like
 * `[view resend]`, which looks the same as a single group called "view resend". Undefined without a verified token, and
 * for one that never expires.
 * @param claims what the gateway says about the token that it verified
 * @param authorization the header that it found the token in
 */
export function verifiedClaims(
  claims: Record<string, unknown> | undefined,
  authorization: string | undefined,
): Record<string, unknown> | undefined {
  const verified = identity.safeParse(claims);
  const [, token] = /^(?:Bearer +)?(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (!verified.success || token === undefined) return undefined;
  const read = payload.safeParse(decoded(token));
  const { sub, exp } = verified.data;
  return read.success && read.data.sub === sub && read.data.exp === exp ? read.data : undefined;
}

function decoded(token: string): unknown {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
