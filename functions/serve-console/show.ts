import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Page = Parameters<typeof html>[1];

/** Answers with a page. */
export async function show(c: Context, page: Page, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.html(await html`<!doctype html>${page}`, status);
}
