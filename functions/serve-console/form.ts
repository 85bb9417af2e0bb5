import type { Context } from 'hono';
import type * as z from 'zod';

/** What was sent with a form. One that no browser sends is as good as empty: `schema` says what stands for nothing. */
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
    if (error instanceof TypeError) return {}; // how the platform says that a body is no form
    throw error;
  }
}
