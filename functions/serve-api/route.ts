import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import * as z from 'zod';
import { checked, invalidRequest, Problem, type ProblemCode } from '../../shared/contracts/problems.ts';
import { readGatewayContext, verifiedClaims } from '../../shared/runtime/gateway-context.ts';
import type { ServingServices } from '../../shared/runtime/serving.ts';
import { type Caller, callerOf } from '../../shared/use-cases/access.ts';

/*
 * Each API call is defined once: the app serves the definition, and the API description is generated from it.
 * Two libraries promise the same. @hono/zod-openapi 1.6 describes `exactOptional` fields as required and ignores
 * `override`; hono-openapi 1.3 delegates to zod-openapi, which is used here directly. Both report a missing field as
 * one of the wrong type, and add half to what a cold start loads.
 */

/** Made for the first request that has it: a cold start does not wait for the schemas of all calls. */
type PartSchema = z.ZodLazy<z.ZodObject>;

/** The parts of a request, each with the schema that checks it. */
interface RequestParts {
  readonly path?: PartSchema;
  readonly query?: PartSchema;
  readonly header?: PartSchema;
  readonly body?: PartSchema;
}

type Received<Parts extends RequestParts> = {
  readonly [Part in keyof Parts]: Parts[Part] extends z.ZodType ? z.output<Parts[Part]> : never;
};

/** What the API description says about a call. */
export interface RouteDescription {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With its parameters as `{name}`. */
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly summary: string;
  readonly request: RequestParts;
  readonly requestExample?: object;
  /** The answer, with status 200 by default. */
  readonly answer: {
    readonly status?: 201 | 202;
    readonly description: string;
    readonly schema: z.ZodType<object, object>;
    readonly example: object;
  };
  /** The largest body in bytes, if it differs from other calls. */
  readonly largestBody?: number;
  /** The answer to callers who prefer CSV. */
  readonly csv?: { readonly description: string; readonly example: string };
  /** The problems that it may answer instead. */
  readonly problems: readonly ProblemCode[];
  /** Whether it needs no access token. */
  readonly isOpen: boolean;
}

/** How programs sign in, for readers of the documentation. */
export interface ProgramSignIn {
  /** The issuer whose access tokens the API accepts. */
  readonly issuer: string;
  /** A program that anybody may use, on one machine. */
  readonly sample?: { readonly clientId: string; readonly clientSecret: string };
}

export interface ApiServices extends ServingServices {
  readonly programs: ProgramSignIn;
}

export interface Route extends RouteDescription {
  readonly serve: (c: Context, services: ApiServices) => Response | Promise<Response>;
}

interface RouteDefinition<Parts extends RequestParts, Answer extends z.ZodType<object, object>> extends Omit<
  RouteDescription,
  'isOpen' | 'csv'
> {
  readonly request: Parts;
  readonly requestExample?: Parts['body'] extends z.ZodType ? z.input<Parts['body']> : never;
  readonly answer: {
    readonly status?: 201 | 202;
    readonly description: string;
    readonly schema: Answer;
    readonly example: z.input<Answer>;
  };
  /** The problems that it may answer, besides those that follow from its other properties. */
  readonly problems: readonly ProblemCode[];
}

export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
  readonly services: ServingServices;
  /** Marks the answer as that of an earlier request with the same idempotency key. */
  readonly markAsReplayed: () => void;
  /** Sets where to find what the request created. */
  readonly locate: (path: string) => void;
}

interface CsvDefinition<Parts extends RequestParts> {
  readonly description: string;
  readonly example: string;
  readonly fileName: (request: Received<Parts>) => string;
  readonly handle: (request: Received<Parts>, call: Call) => Promise<string>;
}

/** The header of an answer that an earlier request with the same idempotency key already got. */
export const replayedHeader = 'Idempotent-Replayed';

/** A call that needs an access token. Its answers are personal, so they must not be cached on the way. */
export const route = <Parts extends RequestParts, Answer extends z.ZodType<object, object>>(
  definition: RouteDefinition<Parts, Answer> & {
    readonly handle: (request: Received<Parts>, call: Call) => Promise<z.output<Answer>>;
    readonly csv?: CsvDefinition<Parts>;
  },
): Route => ({
  ...definition,
  isOpen: false,
  problems: ['unauthenticated', 'no-access', ...definition.problems, ...commonProblems(definition)],
  serve: async (c, services) => {
    const { requestId, claims } = readGatewayContext(c.env);
    const caller = callerOf(verifiedClaims(claims, c.req.header('authorization')), services.claimNames);
    const request = await readRequest(definition.request, c);
    const call: Call = {
      caller,
      requestId,
      services,
      markAsReplayed: () => c.header(replayedHeader, 'true'),
      locate: (path) => c.header('location', path),
    };
    const { csv, answer } = definition;
    c.header('cache-control', 'no-store');
    if (csv) c.header('vary', 'accept');
    if (csv && prefers(c, 'text/csv')) {
      const text = await csv.handle(request, call);
      c.header('content-disposition', `attachment; filename="${csv.fileName(request)}"`);
      return c.body(text, 200, { 'content-type': csvType });
    }
    return json(c, await definition.handle(request, call), answer.status);
  },
});

/** A call that needs no token, has no input, and gives everyone the same answer. */
export const openRoute = <Answer extends z.ZodType<object, object>>(
  definition: Omit<RouteDefinition<RequestParts, Answer>, 'request' | 'problems'> & {
    readonly handle: (services: ApiServices) => z.output<Answer>;
  },
): Route => ({
  ...definition,
  isOpen: true,
  request: {},
  problems: commonProblems({ ...definition, request: {} }),
  serve: (c, services) => {
    refuseUnclear(noParameters, c);
    return json(c, definition.handle(services));
  },
});

/** The problems that follow from the parts of a request. */
const commonProblems = ({
  method,
  path,
  request,
}: Pick<RouteDescription, 'method' | 'path' | 'request'>): readonly ProblemCode[] => [
  // At least because of an unknown parameter.
  'invalid-request',
  // An empty parameter, or a dot, leads to another path.
  ...(path.includes('{') ? (['not-found'] as const) : []),
  ...(method === 'get' ? [] : (['payload-too-large'] as const)),
  ...(request.body ? (['unsupported-media-type'] as const) : []),
  'internal',
];

/**
 * The validated parts of a request.
 * @throws Problem invalid-request, unsupported-media-type
 */
function readRequest<Parts extends RequestParts>(parts: Parts, c: Context): Promise<Received<Parts>>;
async function readRequest(
  { path, query = noParameters, header, body }: RequestParts,
  c: Context,
): Promise<object> {
  refuseUnclear(query, c);
  return {
    ...(path && { path: checked(path, c.req.param()) }),
    query: checked(query, c.req.query()),
    ...(header && { header: checked(header, c.req.header()) }),
    ...(body && { body: checked(body, await readJson(c)) }),
  };
}

const noParameters = z.lazy(() => z.strictObject({}));

/**
 * A misspelt parameter must not count as left out, nor one of two values as both.
 * @throws Problem invalid-request
 */
function refuseUnclear(query: PartSchema, c: Context): void {
  // Not `unwrap()`, which makes the schema anew each time.
  const known = Object.keys(query._zod.innerType.shape);
  const unknown = known.length === 0 ? 'no parameters' : `only ${known.join(', ')}`;
  const given = [...new URL(c.req.url).searchParams.keys()];
  const errors = [...new Set(given)].flatMap((path) => {
    if (!known.includes(path)) return [{ path, message: `is unknown: this call takes ${unknown}` }];
    return given.filter((name) => name === path).length > 1
      ? [{ path, message: 'is given more than once' }]
      : [];
  });
  if (errors.length > 0) throw invalidRequest(errors);
}

async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ code: 'unsupported-media-type' });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer());
    const body: unknown = JSON.parse(text);
    return body;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalidRequest([{ path: '', message: 'must be JSON in UTF-8' }]);
  }
}

const json = (c: Context, body: object, status: 200 | 201 | 202 = 200): Response =>
  c.body(JSON.stringify(body), status, { 'content-type': 'application/json' });

const csvType = 'text/csv; charset=utf-8; header=present';

/** Whether the caller prefers an answer of that type to JSON. */
export const prefers = (c: Context, type: string): boolean =>
  accepts(c, { header: 'Accept', supports: ['application/json', type], default: 'application/json' }) ===
  type;
