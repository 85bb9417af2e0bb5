import type { Context } from 'hono';
import type * as z from 'zod';

/** The content of a submitted form. One that no browser would send counts as empty, with the defaults of `schema`. */
export async function readForm<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  return schema.parse(await fieldsOf(c));
}

async function fieldsOf(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof TypeError) return {}; // the platform's error for a body that is no form
    throw error;
  }
}
