import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Page = Parameters<typeof html>[1];

/** Answers with a page. */
export async function show(c: Context, page: Page, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.html(await html`<!doctype html>${page}`, status);
}

/** Answers with a table for spreadsheets, which read UTF-8 by its byte order mark. */
export function download(c: Context, csv: string, fileName: string): Response {
  c.header('content-type', 'text/csv; charset=utf-8; header=present');
  c.header('content-disposition', `attachment; filename="${fileName}"`);
  return c.body(`\ufeff${csv}`);
}
