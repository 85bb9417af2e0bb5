import { html } from 'hono/html';
import * as z from 'zod';

/*
 * The reference on the pages: the calls, and the objects in their bodies and answers. It is derived from the
 * description of the API and nothing else.
 */

export type Markup = ReturnType<typeof html>;

/** The parts of a schema that the pages show. */
interface Schema {
  readonly $ref?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
}

/** The parts of the API's description that the pages need; created on first use, since calls do not need it. */
function descriptionSchema() {
  const schema: z.ZodType<Schema> = z.looseObject({
    $ref: z.string().optional(),
    description: z.string().optional(),
    type: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.string()).optional(),
    const: z.unknown().optional(),
    default: z.unknown().optional(),
    example: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    maxLength: z.number().optional(),
    maxItems: z.number().optional(),
    get items() {
      return schema.optional();
    },
    get properties() {
      return z.record(z.string(), schema).optional();
    },
    required: z.array(z.string()).optional(),
  });
  const parameter = z.object({
    name: z.string(),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean().default(false),
    schema,
  });
  const content = z.object({
    schema,
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.unknown()).optional(),
  });
  const operation = z.object({
    operationId: z.string(),
    summary: z.string(),
    /** Empty for a call that needs no token. */
    security: z.array(z.unknown()).optional(),
    parameters: z.array(parameter).default([]),
    requestBody: z.object({ content: z.object({ 'application/json': content }) }).optional(),
    responses: z.record(
      z.string(),
      z.object({ description: z.string(), content: z.record(z.string(), content).default({}) }),
    ),
  });
  return z.object({
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.object({ schemas: z.record(z.string(), schema) }),
  });
}
type Operation = z.output<ReturnType<typeof descriptionSchema>>['paths'][string][string];

/** A call of the API. */
export interface Call extends Operation {
  /** Such as `GET`. */
  readonly method: string;
  readonly path: string;
  /** The problem codes that it may answer. */
  readonly problems: readonly string[];
}

export interface Reference {
  readonly calls: readonly Call[];
  readonly schemas: Readonly<Record<string, Schema>>;
}

const problemType = 'application/problem+json';

/** The reference in a description, in the order of the calls. */
export function referenceOf(document: object): Reference {
  const { paths, components } = descriptionSchema().parse(document);
  const calls = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => ({
      ...described,
      path,
      method: method.toUpperCase(),
      problems: Object.values(described.responses).flatMap(({ content }) =>
        Object.keys(content[problemType]?.examples ?? {}),
      ),
    })),
  );
  return { calls, schemas: components.schemas };
}

/** Text with code marked by backticks. */
export const prose = (text: string): Markup =>
  html`${text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;

export const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** A block of code that the keyboard can scroll. */
export const block = (text: string): Markup => html`<pre tabindex="0"><code>${text}</code></pre>`;

/** The call as a shell command, with the examples of its description. */
function curl({ method, path, parameters, requestBody, security }: Call): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const { example } = parameters.find((each) => each.name === name)?.schema ?? {};
    return encodeURIComponent(typeof example === 'string' ? example : name);
  });
  const body = requestBody?.content['application/json'].example;
  return [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`} "$API${filled}"`,
    ...(security?.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(parameters.some(({ name }) => name === 'idempotency-key')
      ? ['-H "Idempotency-Key: $(date +%s)"']
      : []),
    ...(body === undefined ? [] : [`-H "Content-Type: application/json" -d '${JSON.stringify(body)}'`]),
  ].join(' \\\n  ');
}

/** A call: its parameters and answers, and the form that makes it from the page. */
export function callSection(call: Call, problemPath: (code: string) => string): Markup {
  const { method, path, operationId, summary, parameters, requestBody, responses, problems, security } = call;
  const name = `${method} ${path}`;
  const body = requestBody?.content['application/json'];
  const [[status, answer] = []] = Object.entries(responses).filter(([code]) => Number(code) < 400);
  return html`<section aria-labelledby="${operationId}" data-method="${method}" data-path="${path}">
    <h3 id="${operationId}"><code>${name}</code></h3>
    <p>${prose(summary)}.${security?.length === 0 ? ' No token needed.' : ''}</p>
    ${
      parameters.length === 0
        ? ''
        : html`<dl class="fields">
            ${parameters.map(
              (each) =>
                html`<div data-name="${each.name}" data-in="${each.in}">
                  ${field(each.name, each.schema, each.required)}
                </div>`,
            )}
          </dl>`
    }${
      body === undefined
        ? ''
        : html`<p>The body:</p>
            <dl class="fields">${fields(body.schema)}</dl>`
    }
    ${body === undefined ? block(curl(call)) : html`<pre tabindex="0" data-body="${json(body.example)}"><code>${curl(call)}</code></pre>`}
    ${Object.entries(answer?.content ?? {}).map(
      ([type, { schema, example }], index) =>
        html`<details>
          <summary>
            ${index === 0 ? html`Answer ${status}: ${prose(answer?.description ?? '')}` : html`With <code>Accept: ${type}</code>: ${prose(schema.description ?? '')}`}
          </summary>
          ${index === 0 ? html`<dl class="fields">${fields(schema)}</dl>` : ''}
          ${block(typeof example === 'string' ? example : json(example))}
        </details>`,
    )}
    <p class="small">
      Problems:
      ${problems.map((code, index) => html`${index === 0 ? '' : ', '}<a href="${problemPath(code)}">${code}</a>`)}
    </p>
  </section>`;
}

/** The objects that several answers share. */
export const objectSections = ({ schemas }: Reference): readonly Markup[] =>
  Object.entries(schemas)
    .filter(([, { properties }]) => properties !== undefined && !('requestId' in properties))
    .map(
      ([name, object]) =>
        html`<section aria-labelledby="${name}">
          <h3 id="${name}"><code>${name}</code></h3>
          <p>${prose(object.description ?? '')}</p>
          <dl class="fields">${fields(object)}</dl>
        </section>`,
    );

/** The fields of an object; those of nested objects by their paths. */
export function fields({ properties = {}, required = [] }: Schema, before = ''): readonly Markup[] {
  return Object.entries(properties).flatMap(([name, each]) => {
    const inner = each.type === 'array' ? (each.items ?? {}) : each;
    const path = `${before}${name}`;
    return [
      html`<div>${field(path, each, required.includes(name))}</div>`,
      ...fields(inner, `${path}${each.type === 'array' ? '[]' : ''}.`),
    ];
  });
}

const field = (name: string, schema: Schema, isRequired: boolean): Markup =>
  html`<dt>
      <code>${name}</code> <span class="small">${typeOf(schema)}${isRequired ? '' : ', optional'}</span>
    </dt>
    <dd>${prose(schema.description ?? '')}${limitsOf(schema)}</dd>`;

function typeOf({ $ref, type, format, items, const: only }: Schema): Markup | string {
  const name = $ref?.split('/').at(-1);
  if (name === 'Instant') return 'time';
  if (name !== undefined) return html`<a href="#${name}">${name}</a>`;
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`;
  if (type === 'array') return html`list of ${typeOf(items ?? {})}`;
  if (format === 'duration') return 'duration';
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'whole number',
    boolean: 'true or false',
  };
  return names[type ?? ''] ?? type ?? 'any';
}

/** The limits of a value, to follow its description. */
function limitsOf({ enum: values, minimum, maximum, maxLength, maxItems, default: usual }: Schema): Markup {
  const parts = [
    ...(values === undefined
      ? []
      : [
          html`one of ${values.map((value, index) => html`${index === 0 ? '' : ', '}<code>${value}</code>`)}`,
        ]),
    ...(minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? [`${minimum} to ${maximum}`]
      : []),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(usual === undefined ? [] : [html`<code>${JSON.stringify(usual)}</code> unless given`]),
  ];
  return html`${parts.map((part, index) => html`${index === 0 ? ' (' : '; '}${part}`)}${parts.length === 0 ? '' : ')'}`;
}
