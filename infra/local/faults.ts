import * as z from 'zod';

export const fault = z.strictObject({
  /** The AWS service, as its SDK client is called: dynamodb, ses, sfn, sqs, events. */
  service: z.string().min(1),
  /** The operation, as in `SendEmail`. */
  operation: z.string().min(1),
  times: z.int().min(1).max(1_000_000),
  /** Whether the call fails before it takes effect, or after. */
  when: z.enum(['before', 'after']),
  /** The name of the error; by default that of an answer that did not come. */
  error: z.string().min(1).max(100).default('TimeoutError'),
});
export type Fault = z.output<typeof fault>;

/** Other names that services go by. */
const aliases: Readonly<Record<string, string>> = {
  states: 'sfn',
  stepfunctions: 'sfn',
  'step-functions': 'sfn',
  sesv2: 'ses',
  ddb: 'dynamodb',
  eventbridge: 'events',
};

const serviceName = (text: string): string => aliases[text.toLowerCase()] ?? text.toLowerCase();

/** Faults that were asked for, and that the next matching calls of the AWS SDK meet. */
export class Faults {
  #pending: (Fault & { left: number })[] = [];

  add(requested: Fault): void {
    this.#pending.push({ ...requested, left: requested.times });
  }

  clear(): void {
    this.#pending = [];
  }

  /**
   * Makes one call, and fails it if a fault is due for it.
   * @param command the SDK's name of the command, `SendEmailCommand`
   */
  async around<Result>(service: string, command: string, call: () => Promise<Result>): Promise<Result> {
    const due = this.take(service, command);
    if (!due) return await call();
    if (due.when === 'after') await call();
    const error = new Error(`this ${due.operation} was told to fail`);
    error.name = due.error;
    throw error;
  }

  /** The fault that is due for one call of `command`, which has met it then. */
  take(service: string, command: string): Fault | undefined {
    const due = this.#pending.find(
      (pending) =>
        pending.left > 0 &&
        serviceName(pending.service) === service &&
        `${pending.operation}Command`.toLowerCase() === command.toLowerCase(),
    );
    if (due) due.left -= 1;
    return due;
  }

  /** Makes one attempt of a call: the SDK repeats by itself what may be repeated. A test may fail some. */
  attempt<Result>(call: () => Promise<Result>): Promise<Result> {
    return call();
  }
}
