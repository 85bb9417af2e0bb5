import type * as z from 'zod';

/** One problem with an input: where, such as `contact.email`, and what to change. Never the value itself. */
export interface InputError {
  readonly path: string;
  readonly message: string;
}

/** Checks an input; reports what `inputErrors` needs to name missing fields. */
export const check = <Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.ZodSafeParseResult<z.output<Schema>> => schema.safeParse(input, { reportInput: true });

export const inputErrors = (error: z.ZodError): readonly InputError[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
      : [{ path: issue.path.join('.'), message: missing(issue) ? 'is missing' : issue.message }],
  );

const missing = (issue: z.core.$ZodIssue): boolean =>
  'input' in issue && issue.input === undefined && issue.code !== 'custom';

/** The same on one line, for logs and dead letters. */
export const inputErrorText = (error: z.ZodError): string =>
  inputErrors(error)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
