import { HttpRequest } from '@smithy/core/protocols';
import * as z from 'zod';
import { check, type InputError, inputErrors } from '../../../shared/contracts/validation.ts';
import { documentedRules } from './documented-rules.ts';
import { readModels } from './models.ts';
import { shapeErrors } from './shape-errors.ts';

/** A request as it leaves for AWS. */
export interface WireRequest {
  /** By default `POST /`. */
  readonly method?: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request of the SDK as it leaves for AWS. */
export function wireRequest(request: unknown): WireRequest {
  if (!HttpRequest.isInstance(request)) throw new Error('a request of the SDK that is none of HTTP');
  const { headers, method, path } = request;
  const body: unknown = request.body ?? '';
  if (typeof body === 'string') return { headers, method, path, body };
  if (body instanceof Uint8Array) return { headers, method, path, body: new TextDecoder().decode(body) };
  throw new Error('a request of the SDK whose body is neither text nor bytes');
}

/** A request as an AWS service reads it. */
export interface AwsRequest {
  /** The operation's name on the wire: `x-amz-target`, the method and path, or the form's version and action. */
  readonly target: string;
  readonly input: unknown;
  /** The input as it was sent. */
  readonly body: string;
}

/** What AWS would refuse about a request. */
export interface Refusal {
  /** Such as `ses:SendEmail`. */
  readonly operation: string;
  /** Where and why; without values, which may be personal data. */
  readonly errors: readonly InputError[];
}

/** An operation that the product calls, with everything known about its requests. */
interface Operation {
  readonly name: string;
  readonly errors: (input: unknown) => readonly InputError[];
}

/** By target. */
let operations: ReadonlyMap<string, Operation> | undefined;

/**
 * Checks a request against AWS's service model and documentation.
 * @returns what is wrong with it, or nothing; an operation without a model is wrong, too
 */
export function checkRequest({ target, input }: AwsRequest): Refusal | undefined {
  operations ??= readOperations();
  const operation = operations.get(target);
  if (!operation) {
    const message = 'has no model: add it to infra/local/wire/refresh-models.ts and run that';
    return { operation: target, errors: [{ path: '', message }] };
  }
  const errors = operation.errors(input);
  return errors.length === 0 ? undefined : { operation: operation.name, errors };
}

/** Reads a request in its protocol. */
export function readRequest({ headers, method, path = '/', body }: WireRequest): AwsRequest {
  const target = headers['x-amz-target'];
  if (target !== undefined) return { target, input: JSON.parse(body), body };
  if (path !== '/')
    return { target: `${method} ${path}`, input: JSON.parse(body === '' ? '{}' : body), body };
  const { Action, Version, ...input } = form.parse(fromForm(new URLSearchParams(body)));
  return { target: `${Version}.${Action}`, input, body };
}

const form = z.looseObject({ Action: z.string(), Version: z.string() });

/** `Destination.ToAddresses.member.1=…` as the structure that it stands for. */
function fromForm(fields: Iterable<readonly [string, string]>): Record<string, unknown> {
  const groups = new Map<string, [string, string][]>();
  const values: Record<string, unknown> = {};
  for (const [path, value] of fields) {
    const [first = '', ...rest] = path.split('.');
    if (rest.length === 0) values[first] = value;
    else groups.set(first, [...(groups.get(first) ?? []), [rest.join('.'), value]]);
  }
  for (const [name, inner] of groups) {
    const value = fromForm(inner);
    const { member } = value;
    values[name] = typeof member === 'object' && member !== null ? Object.values(member) : value;
  }
  return values;
}

function readOperations(): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries(readModels().services).flatMap(([service, model]) =>
      Object.entries(model.operations).map(([operation, { path, input }]) => {
        const name = `${service}:${operation}`;
        const documented = documentedRules[name];
        const errors = (value: unknown) => [
          ...shapeErrors(model, input, value),
          ...(documented ? documentedErrors(documented, value) : []),
        ];
        const target = path ?? `${model.targetPrefix ?? model.apiVersion}.${operation}`;
        return [target, { name, errors }] as const;
      }),
    ),
  );
}

function documentedErrors(rules: z.ZodType, value: unknown): readonly InputError[] {
  const result = check(rules, value);
  return result.success ? [] : inputErrors(result.error);
}
