import { html } from 'hono/html';
import * as z from 'zod';
import { type ProblemCode, problemPath, problems } from '../../shared/contracts/problems.ts';
import type { Route } from './route.ts';

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: z.looseObject({ enum: z.array(z.string()).optional(), example: z.string().optional() }),
});
type Parameter = z.output<typeof parameter>;

/** What the pages need of the API's description. */
const described = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ parameters: z.array(parameter).default([]) }))),
});

type Markup = ReturnType<typeof html>;

const frame = async (title: string, content: Markup): Promise<string> => {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/docs/docs.css" />
        <script src="/docs/docs.js" defer></script>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `;
  return page.toString();
};

/** What the API can do, how to start, and each call with a form to try it. */
export function callsPage(routes: readonly Route[], description: object): Promise<string> {
  const { paths } = described.parse(description);
  return frame(
    'Provisioning emails: API',
    html`<h1>Provisioning emails: API</h1>
      <p>
        Find order lines, see what became of their emails, resend them, and correct the provisioning contact.
        The machine-readable description is <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). The
        events that tell other systems what happened are described in
        <a href="/asyncapi.json">/asyncapi.json</a> (AsyncAPI 3.0).
      </p>
      <nav aria-label="Contents">
        <ul>
          <li><a href="#start">Start in five minutes</a></li>
          <li><a href="#sign-in">Sign-in for programs</a></li>
          <li><a href="#conventions">Conventions</a></li>
          <li><a href="#calls">Calls</a></li>
          <li><a href="#problems">Problems</a></li>
        </ul>
      </nav>

      <h2 id="start">Start in five minutes</h2>
      <p>
        With an access token in <code>$TOKEN</code>, list your lines, nearest deadline first, and resend one:
      </p>
      <pre tabindex="0"><code>curl "$API/order-lines?limit=5" -H "Authorization: Bearer $TOKEN"
curl -X POST "$API/orders/ORD-1001/lines/1/resend" -H "Authorization: Bearer $TOKEN" \\
  -H "Idempotency-Key: $(uuidgen)"</code></pre>
      <p>
        Only lines of your own partner exist for you. To resend and to correct contacts, you need the role
        <code>resend</code>; to look, <code>view</code>.
      </p>

      <h2 id="sign-in">Sign-in for programs</h2>
      <p>
        Access tokens are JWTs of the OpenID Connect issuer that this deployment trusts; ask whoever operates
        it for the issuer, a client and its secret. A program gets its token by the client credentials grant,
        and a new one shortly before it expires:
      </p>
      <pre
        tabindex="0"
      ><code>curl "$TOKEN_ENDPOINT" -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials</code></pre>
      <p>
        The token must carry the partner and the roles. With the built-in Cognito user pool, these are in the
        ID tokens of its people.
      </p>

      <h2 id="conventions">Conventions</h2>
      <dl>
        <dt>Times</dt>
        <dd>RFC 3339 in UTC with milliseconds; durations are ISO 8601.</dd>
        <dt>Paging</dt>
        <dd>
          An answer with a <code>cursor</code> has more: send it back with the same parameters. A cursor is a
          place in the order of the list, so no line is shown twice because it changed between two pages.
        </dd>
        <dt>Idempotency</dt>
        <dd>
          Send an <code>Idempotency-Key</code> with every resend, contact change and bulk resend. The same key
          on the same line, or for a bulk resend of the same partner, returns the first answer for 24 hours,
          and never sends again, even if the first answer was lost. An answer that was given before has the
          header <code>Idempotent-Replayed: true</code>.
        </dd>
        <dt>Many lines at once</dt>
        <dd>
          A bulk resend takes up to 1,000 lines by name, or a filter of the list that means up to 10,000, and
          sends them in the background by the rules of a single resend. Ask for the address in
          <code>Location</code> every few seconds until <code>status</code> is <code>Completed</code>; what
          came of each line is at its <code>/items</code>, also as CSV with <code>Accept: text/csv</code>. A
          partner has one at a time.
        </dd>
        <dt>Limits</dt>
        <dd>
          A line can be resent once a minute and ten times in 24 hours, unless the deployment sets other
          limits. The line says in <code>resend</code> whether and when it is possible; a refusal says it in
          <code>canResendAt</code> and <code>Retry-After</code>.
        </dd>
        <dt>Problems</dt>
        <dd>
          Errors are problem documents (RFC 9457). Decide by <code>code</code>; <code>type</code> is the
          address of the page about it, and <code>requestId</code> is what support needs.
        </dd>
      </dl>

      <h2 id="calls">Calls</h2>
      <p class="token scripted">
        <label for="token">Access token for trying the calls; it stays on this page</label>
        <input id="token" type="password" autocomplete="off" spellcheck="false" />
      </p>
      ${routes.map((route) => call(route, paths[route.path]?.[route.method]?.parameters ?? []))}

      <h2 id="problems">Problems</h2>
      <dl>
        ${Object.entries(problems).map(
          ([code, { status, title }]) =>
            html`<dt>
                <a href="/docs/problems/${code}"><code>${code}</code></a> ${status}
              </dt>
              <dd>${title}</dd>`,
        )}
      </dl>`,
  );
}

function call(route: Route, parameters: readonly Parameter[]): Markup {
  const { method, path, operationId, summary, answer, requestExample } = route;
  const name = `${method.toUpperCase()} ${path}`;
  return html`<section aria-labelledby="${operationId}">
    <h3 id="${operationId}"><code>${name}</code></h3>
    <p>${summary}.${route.isOpen ? ' No token needed.' : ''}</p>
    <form data-method="${method}" data-path="${path}" aria-label="${name}">
      ${parameters.map((given) => field(operationId, given))}
      ${
        requestExample === undefined
          ? ''
          : html`<label for="${operationId}-body">Body</label>
              <textarea id="${operationId}-body" name="body" rows="6" spellcheck="false">
${json(requestExample)}</textarea>`
      }
      <button type="submit" class="scripted">Send</button>
      <output tabindex="0" class="scripted" aria-label="Answer to ${name}"></output>
    </form>
    <details>
      <summary>Answer: ${answer.description}</summary>
      <pre tabindex="0"><code>${json(answer.example)}</code></pre>
    </details>
    <p class="small">
      Problems:
      ${route.problems.map((code, index) => html`${index === 0 ? '' : ', '}<a href="${problemPath(code)}">${code}</a>`)}
    </p>
  </section>`;
}

function field(operationId: string, { name, in: place, required, description, schema }: Parameter): Markup {
  const id = `${operationId}-${name}`;
  const about = [
    place === 'path' ? '' : required ? 'required' : 'optional',
    description,
    schema.enum?.join(', ') ?? '',
  ];
  return html`<label for="${id}"
      ><code>${name}</code>
      <span class="small">${about.filter((part) => part !== '').join('; ')}</span></label
    >
    <input
      id="${id}"
      name="${name}"
      data-in="${place}"
      autocomplete="off"
      spellcheck="false"
      ${required ? 'required' : ''}
    />`;
}

/** What a problem means, and what to do about it. */
export function problemPage(code: ProblemCode, example: object): Promise<string> {
  const { status, title, description } = problems[code];
  return frame(
    `${title} (${code})`,
    html`<p><a href="/docs">API</a></p>
      <h1>${title}</h1>
      <p><code>${code}</code>, status ${status}</p>
      <p>${description}</p>
      <pre tabindex="0"><code>${json(example)}</code></pre>`,
  );
}

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);
