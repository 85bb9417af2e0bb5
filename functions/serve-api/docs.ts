import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { html } from 'hono/html';

const contentTypes = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;

/** Where the files of the page are deployed to, beside the function's code. */
export const deployedDocsFolder = 'swagger-ui';

/** The files of swagger-ui-dist that the page needs. */
export const docsAssets = Object.keys(contentTypes);

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The page to read and try the API on: Swagger UI, from files in `assetsFolder`. */
export function docs(assetsFolder: string): Hono {
  const app = new Hono();
  app.get('/', (c) => {
    c.header('content-security-policy', policy);
    return c.html(
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>Provisioning emails: API</title>
            <link rel="icon" href="data:," />
            <link rel="stylesheet" href="/docs/swagger-ui.css" />
          </head>
          <body>
            <div id="swagger-ui"></div>
            <script src="/docs/swagger-ui-bundle.js"></script>
            <script src="/docs/start.js"></script>
          </body>
        </html>`,
    );
  });
  app.get('/start.js', (c) =>
    c.body(
      "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', persistAuthorization: false });\n",
      200,
      {
        'content-type': 'text/javascript; charset=utf-8',
      },
    ),
  );
  for (const [name, contentType] of Object.entries(contentTypes)) {
    app.get(`/${name}`, async (c) =>
      c.body(await readFile(join(assetsFolder, name), 'utf8'), 200, {
        'content-type': `${contentType}; charset=utf-8`,
        'cache-control': 'public, max-age=86400',
      }),
    );
  }
  return app;
}
