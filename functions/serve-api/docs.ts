import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { type ProblemCode, problemPath, problems } from '../../shared/contracts/problems.ts';
import { changelogPage, type Deployment, notFoundPage, problemPage, startPage } from './docs-pages.ts';
import { type Reference, referenceOf } from './docs-reference.ts';
import { prefers } from './route.ts';

const contentTypes = { 'docs.css': 'text/css', 'docs.js': 'text/javascript' } as const;

/** The files that the pages load. */
export const docsAssets = Object.keys(contentTypes);

/** The folder of these files, beside the code that reads them, both here and in the deployed function. */
export const docsFolder = 'assets';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * The pages that document the API, made from its description. They are complete without scripts; with scripts, each call
 * can be made from its section. The description is read at the first request for a page, so calls do not wait for it.
 */
export function docs(description: () => object, deployment: Deployment): Hono {
  const app = new Hono();
  let read: Reference | undefined;
  const reference = () => (read ??= referenceOf(description()));
  /** It is long, and the same for everyone who asks at the same address. */
  let made: { readonly origin: string; readonly start: string } | undefined;

  app.get('/', async (c) => {
    const { origin } = new URL(c.req.url);
    if (made?.origin !== origin) made = { origin, start: await startPage(reference(), deployment, origin) };
    return page(c, made.start);
  });
  app.get('/changelog', async (c) => page(c, await changelogPage()));
  for (const code of codes) {
    app.get(problemPath(code).replace('/docs', ''), async (c) =>
      page(c, await problemPage(code, reference())),
    );
  }
  for (const [name, contentType] of Object.entries(contentTypes)) {
    app.get(`/${name}`, async (c) =>
      c.body(await files.readFile(join(import.meta.dirname, docsFolder, name), 'utf8'), 200, {
        'content-type': `${contentType}; charset=utf-8`,
        'cache-control': 'public, max-age=3600',
      }),
    );
  }
  // Everyone else gets the API's own answer.
  app.get('/*', async (c, next) =>
    prefers(c, 'text/html') ? page(c, await notFoundPage(), problems['not-found'].status) : await next(),
  );
  return app;
}

const isCode = (name: string): name is ProblemCode => name in problems;
const codes = Object.keys(problems).filter(isCode);

function page(c: Context, markup: string, status: 200 | 404 = 200): Response {
  c.header('content-security-policy', policy);
  return c.html(markup, status);
}
