import { html } from 'hono/html';
import { Duration } from 'luxon';
import {
  exampleProblem,
  largestBody,
  largestJobBody,
  type ProblemCode,
  problemPath,
  problems,
} from '../../shared/contracts/problems.ts';
import { exampleEvent, publishedEvents, publishedTypes } from '../../shared/contracts/published-events.ts';
import { requestRate } from '../../shared/contracts/request-rate.ts';
import { webhookType } from '../../shared/contracts/webhooks.ts';
import { mostFilteredLines, mostNamedLines } from '../../shared/domain/resend-job.ts';
import type { ResendLimits } from '../../shared/domain/rules.ts';
import { mostWebhooks, retryPauses } from '../../shared/domain/webhook.ts';
import { changelog } from './changelog.ts';
import {
  block,
  callSection,
  fields,
  json,
  type Markup,
  objectSections,
  prose,
  type Reference,
} from './docs-reference.ts';
import { componentName } from './openapi.ts';
import type { ProgramSignIn } from './route.ts';

/** What the pages say about their deployment. */
export interface Deployment {
  readonly programs: ProgramSignIn;
  readonly limits: ResendLimits;
}

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
        <a class="skip" href="#main">Skip to the content</a>
        <main id="main" tabindex="-1">${content}</main>
      </body>
    </html>`;
  return page.toString();
};

const backToStart = () => html`<p><a href="/docs">Provisioning emails: API</a></p>`;

const isCode = (name: string): name is ProblemCode => name in problems;
/** The page about a code that the description names. */
const pathOf = (code: string): string => (isCode(code) ? problemPath(code) : '#problems');

const authorization = '-H "Authorization: Bearer $TOKEN"';

/** @param origin the API's address, without a slash at the end */
export const startPage = (reference: Reference, deployment: Deployment, origin: string): Promise<string> =>
  frame(
    'Provisioning emails: API',
    html`<h1>Provisioning emails: API</h1>
      <p>
        Find order lines, see what became of their emails, resend them, correct the provisioning contact, and
        be told what happens. The API is described for machines in
        <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1), what it tells other systems in
        <a href="/asyncapi.json">/asyncapi.json</a> (AsyncAPI 3.0).
      </p>
      <nav aria-label="Contents">
        <ul>
          ${[
            ['start', 'Start in five minutes'],
            ['sign-in', 'Sign-in for programs'],
            ['conventions', 'Conventions'],
            ['limits', 'Limits'],
            ['webhooks', 'Webhooks and events'],
            ['problems', 'Problems'],
            ['calls', 'Calls'],
            ['objects', 'Objects'],
          ].map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}
          <li><a href="/docs/changelog">Changelog</a></li>
        </ul>
      </nav>
      ${start(deployment, origin)}${signIn()}${conventions()}${limits(deployment)}${webhooks(deployment)}
      <h2 id="problems">Problems</h2>
      <p>
        An error is a problem document (RFC 9457). Decide by <code>code</code>; <code>type</code> is the
        address of the page about it, <code>detail</code> is for people, and <code>requestId</code> is what
        support needs. What API Gateway refuses itself, a token that does not verify (401) or too many calls
        (429), is <code>{"message"}</code> in plain JSON.
      </p>
      <dl class="columns">
        ${Object.entries(problems).map(
          ([code, { status, title }]) =>
            html`<div>
              <dt>
                <a href="${pathOf(code)}"><code>${code}</code></a> ${status}
              </dt>
              <dd>${title}</dd>
            </div>`,
        )}
      </dl>
      <h2 id="calls">Calls</h2>
      <p class="token scripted">
        <label for="token">Access token for trying the calls; it stays on this page</label>
        <input id="token" type="password" autocomplete="off" spellcheck="false" />
      </p>
      <ul class="columns">
        ${reference.calls.map(
          ({ operationId, method, path }) =>
            html`<li>
              <a href="#${operationId}"><code>${method} ${path}</code></a>
            </li>`,
        )}
      </ul>
      ${reference.calls.map((call) => callSection(call, pathOf))}
      <h2 id="objects">Objects</h2>
      <p>
        What several answers have in common. Ignore fields that you do not know: there will be more of them.
      </p>
      ${objectSections(reference)}`,
  );

const start = ({ programs: { issuer, sample } }: Deployment, origin: string): Markup =>
  html` <h2 id="start">Start in five minutes</h2>
    <p>
      You need <code>curl</code>, <code>jq</code>, and a client and its secret,
      ${
        sample
          ? html`which on this machine everybody may use:`
          : html`which whoever operates this deployment gives you. Fill them in, and get a token:`
      }
    </p>
    ${block(`API=${origin}
ISSUER=${issuer}
CLIENT_ID=${sample?.clientId ?? '…'}
CLIENT_SECRET=${sample?.clientSecret ?? '…'}

TOKEN_ENDPOINT=$(curl -s "$ISSUER/.well-known/openid-configuration" | jq -r .token_endpoint)
TOKEN=$(curl -s "$TOKEN_ENDPOINT" -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials | jq -r .access_token)`)}
    <p>List the lines of your partner, nearest deadline first:</p>
    ${block(`curl -s "$API/order-lines?limit=5" ${authorization} | jq`)}
    <p>
      Resend the email of one of them, here of the first that may be resent. Whatever becomes of your
      connection, the same key never sends twice:
    </p>
    ${block(`LINE=$(curl -s "$API/order-lines?limit=100" ${authorization} |
  jq -r '[.items[] | select(.resend.allowed)][0] | "orders/\\(.orderId)/lines/\\(.lineId)"')
KEY=$(date +%s)
curl -si -X POST "$API/$LINE/resend" ${authorization} -H "Idempotency-Key: $KEY"`)}
    <p>See what happened to it, the newest first:</p>
    ${block(`curl -s "$API/$LINE/history" ${authorization} | jq`)}
    <p>
      Only the lines of your own partner exist for you. To look, you need the role <code>view</code>; to
      resend, to correct contacts and to manage webhooks, <code>resend</code>; an <code>operator</code> may do
      everything for every partner, and names it in <code>partnerId</code>.
    </p>`;

const signIn = () =>
  html` <h2 id="sign-in">Sign-in for programs</h2>
    <p>
      Access tokens are JWTs of the OpenID Connect issuer above. A program gets one by the client credentials
      grant, as shown there, and keeps it until shortly before it expires, <code>expires_in</code> seconds
      later: issuers count requests for tokens, and some charge for them.
    </p>
    <p>
      The token says the partner and the roles. With the built-in Cognito user pool these are scopes of the
      client, all of which it gets unless it asks for less with <code>scope</code>; at another issuer they are
      the claims <code>partner_id</code> and <code>roles</code>, unless the deployment names others. Histories
      name a program by its name.
    </p>
    <p>Keep the secret out of code and logs. Where you run for several partners, use a client for each.</p>`;

const conventions = () =>
  html` <h2 id="conventions">Conventions</h2>
    <dl>
      <dt>Times</dt>
      <dd>
        RFC 3339 in UTC with milliseconds, <code>2026-11-22T09:00:00.000Z</code>; durations are ISO 8601,
        <code>PT48H</code>.
      </dd>
      <dt>Parameters and bodies</dt>
      <dd>
        What a call does not know, or a parameter that is given twice, is refused as
        <a href="${problemPath('invalid-request')}"><code>invalid-request</code></a
        >, and so a spelling mistake never widens a list. Bodies are JSON in UTF-8 with
        <code>Content-Type: application/json</code>. Answers gain fields over time: ignore those that you do
        not know.
      </dd>
      <dt>Paging</dt>
      <dd>
        An answer with a <code>cursor</code> has more: send it back with the same parameters until there is
        none. A page may be short, or empty, and still have a cursor. A cursor is a place in the order of the
        list, so no line is shown twice because it changed between two pages.
        ${block(`URL="$API/order-lines?limit=100"
while [ -n "$URL" ]; do
  PAGE=$(curl -s "$URL" ${authorization})
  printf '%s' "$PAGE" | jq -r '.items[] | "\\(.orderId)/\\(.lineId) \\(.status)"'
  CURSOR=$(printf '%s' "$PAGE" | jq -r '.cursor // "" | @uri')
  URL=\${CURSOR:+"$API/order-lines?limit=100&cursor=$CURSOR"}
done`)}
      </dd>
      <dt>Idempotency</dt>
      <dd>
        Send an <code>Idempotency-Key</code>, 1 to 255 visible ASCII characters, with every call that takes
        one. For 24 hours the same key on the same line, or for a bulk resend or a webhook of the same
        partner, gets the first answer, and nothing is done or sent again, even if the first answer was lost.
        Such an answer has the header <code>Idempotent-Replayed: true</code>. A refusal is not kept: the same
        key may be tried again.
      </dd>
      <dt>Trying again</dt>
      <dd>
        After 429 at <code>canResendAt</code>, or after the seconds in <code>Retry-After</code>. After 500, or
        without an answer, after a second, then ever more slowly, with the same key. After
        <a href="${problemPath('email-unconfirmed')}"><code>email-unconfirmed</code></a> only with the same
        key: the email may have left.
      </dd>
      <dt>Many lines at once</dt>
      <dd>
        A bulk resend takes up to ${mostNamedLines.toLocaleString('en')} lines by name, or a filter of the
        list that means up to ${mostFilteredLines.toLocaleString('en')}, and sends them in the background by
        the rules of a single resend. Ask for the address in <code>Location</code> every few seconds until
        <code>status</code> is <code>Completed</code>; what came of each line is at its <code>/items</code>. A
        partner has one at a time.
      </dd>
    </dl>`;

const human = (duration: string): string => Duration.fromISO(duration).toHuman();
const kilobytes = (bytes: number): string => `${bytes / 1024} kB`;

const limits = ({ limits: { interval, perDay, perLine } }: Deployment): Markup =>
  html` <h2 id="limits">Limits</h2>
    <dl>
      <dt>Emails of a line</dt>
      <dd>
        One resend in ${human(interval)}, ${perDay} emails in 24 hours, contact changes included, and
        ${perLine} in its life. The line says in <code>resend</code> whether and when it can be resent; a
        refusal says it in <code>canResendAt</code> and <code>Retry-After</code>.
      </dd>
      <dt>Calls</dt>
      <dd>
        About ${requestRate.perSecond} a second, in bursts up to ${requestRate.burst}, of all callers
        together. More get 429 or 503: wait a second, then ever longer.
      </dd>
      <dt>Sizes</dt>
      <dd>
        A body has at most ${kilobytes(largestBody)}, that of a bulk resend ${kilobytes(largestJobBody)}; a
        page of a list has at most 100 entries; a partner has at most ${mostWebhooks} webhooks.
      </dd>
    </dl>`;

const webhooks = ({ programs: { sample } }: Deployment): Markup => {
  const url = sample ? "'$API'/_local/webhooks/northwind" : 'https://hooks.northwind.example/provisioning';
  const { detail } = exampleEvent('Order Line Closed');
  const message = { type: webhookType('Order Line Closed'), timestamp: detail.at, data: detail };
  return html` <h2 id="webhooks">Webhooks and events</h2>
    <p>
      A webhook tells a system of yours what happens to the lines of your partner, by the
      <a href="https://www.standardwebhooks.com">Standard Webhooks</a> specification, so that its libraries
      verify what comes. Register one, keep the <code>secret</code> of the answer, and send a test:
    </p>
    ${block(`curl -s -X POST "$API/webhooks" ${authorization} -H "Idempotency-Key: $(date +%s)" \\
  -H "Content-Type: application/json" -d '{"url":"${url}"}' | tee webhook.json | jq
curl -s -X POST "$API/webhooks/$(jq -r .webhook.webhookId webhook.json)/test" ${authorization}`)}
    <p>
      A message is a POST like this one, signed in <code>webhook-id</code>, <code>webhook-timestamp</code> and
      <code>webhook-signature</code>:
    </p>
    ${block(json(message))}
    <p>Verify it by the bytes that came, here in Node.js:</p>
    ${block(`import { Webhook } from 'standardwebhooks';
const { type, data } = new Webhook(secret).verify(rawBody, headers); // throws unless it is genuine`)}
    <ul>
      <li>
        Answer 2xx within ten seconds, and work on it afterwards. All else, redirects too, is tried again
        after ${retryPauses.map(human).join(', ')}. <code>410</code> disables the webhook.
      </li>
      <li>
        An event comes at least once, with the same <code>webhook-id</code> each time, and in any order: of
        two of a line, that with the higher <code>version</code> is newer.
      </li>
      <li>
        If nothing got through for three days, the webhook is disabled. Whoever added it gets an email; a
        program has no address, so let it look at <code>status</code>. What happened meanwhile,
        <code>GET /order-lines</code> tells.
      </li>
      <li>
        <code>POST /webhooks/{webhookId}/rotate-secret</code> makes a new secret; for 24 hours both sign.
      </li>
      <li>
        The address is https, port 443 or 8443, of the public
        internet${sample ? ', or the receiver of this machine' : ''}.
      </li>
    </ul>
    <p>
      The same events are on the product's EventBridge bus, with the source <code>provisioning-emails</code>,
      for rules of systems in the cloud. No event names a person or has an address.
    </p>
    <dl>
      ${publishedTypes.map(
        (type) =>
          html`<dt><code>${webhookType(type)}</code> <span class="small">${type}</span></dt>
            <dd>${prose(publishedEvents[type].description)}.</dd>`,
      )}
    </dl>`;
};

/** What a problem means, what to do about it, and where it comes from. */
export function problemPage(code: ProblemCode, { calls, schemas }: Reference): Promise<string> {
  const { status, title, description, adds } = problems[code];
  const { properties = {}, required = [] } = schemas[componentName(code)] ?? {};
  const added = Object.fromEntries(Object.entries(properties).filter(([name]) => name in adds));
  return frame(
    `${title} (${code})`,
    html`${backToStart()}
      <h1>${title}</h1>
      <p><code>${code}</code>, status ${status}</p>
      <p>${prose(description)}</p>
      ${
        Object.keys(added).length === 0
          ? ''
          : html`<h2>What it adds</h2>
              <dl class="fields">${fields({ properties: added, required })}</dl>`
      }
      <h2>Example</h2>
      ${block(json(exampleProblem(code)))}
      <h2>Calls that may answer it</h2>
      <ul>
        ${calls
          .filter(({ problems: named }) => named.includes(code))
          .map(
            ({ operationId, method, path }) =>
              html`<li>
                <a href="/docs#${operationId}"><code>${method} ${path}</code></a>
              </li>`,
          )}
      </ul>`,
  );
}

export const changelogPage = (): Promise<string> =>
  frame(
    'Changelog of the API',
    html`${backToStart()}
      <h1>Changelog</h1>
      <p>
        What changed for those who call the API. Names, paths and codes stay; answers and events gain fields.
      </p>
      ${changelog.map(
        ({ version, date, changes }) =>
          html`<h2>
              ${version} <span class="small"><time datetime="${date}">${date}</time></span>
            </h2>
            <ul>
              ${changes.map((change) => html`<li>${prose(change)}</li>`)}
            </ul>`,
      )}`,
  );

export const notFoundPage = (): Promise<string> =>
  frame(
    'Page not found',
    html`${backToStart()}
      <h1>Page not found</h1>
      <p>There is no page at this address.</p>`,
  );
