import type * as z from 'zod';

/** The names of the fields that a value may have, of all members of a union. */
type FieldsOf<Value> = Value extends unknown
  ? { [Name in keyof Value]-?: Value[Name] extends undefined ? never : Name }[keyof Value]
  : never;

type Unread<Kept, Schema extends z.ZodType> = Exclude<FieldsOf<Kept>, FieldsOf<z.output<Schema>>>;

/**
 * Makes sure, when it is compiled, that a schema reads every field of what is kept: one that it does not name would be
 * dropped by the next read, and lost with the next write. The compiler then asks for a second argument, `unread`.
 */
export const wholeSchema =
  <Kept>() =>
  <Schema extends z.ZodType<Kept>>(
    schema: Schema,
    ..._: [Unread<Kept, Schema>] extends [never] ? [] : [unread: Unread<Kept, Schema>]
  ): Schema =>
    schema;
