import * as z from 'zod';

export const fault = z.strictObject({
  /** The AWS service, by the name of its SDK client: dynamodb, ses, sfn, sqs, events. */
  service: z.string().min(1),
  /** The operation, such as `SendEmail`. */
  operation: z.string().min(1),
  times: z.int().min(1).max(1_000_000),
  /** Whether the call fails before or after it takes effect. */
  when: z.enum(['before', 'after']),
  /** The name of the error; by default that of a missing answer. */
  error: z.string().min(1).max(100).default('TimeoutError'),
});
export type Fault = z.output<typeof fault>;

/** Other names of services. */
const aliases: Readonly<Record<string, string>> = {
  states: 'sfn',
  stepfunctions: 'sfn',
  'step-functions': 'sfn',
  sesv2: 'ses',
  ddb: 'dynamodb',
  eventbridge: 'events',
};

const serviceName = (text: string): string => aliases[text.toLowerCase()] ?? text.toLowerCase();

/** The requested faults, which the next matching calls of the AWS SDK meet. */
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
   * @param command the SDK's name of the command, such as `SendEmailCommand`
   */
  async around<Result>(service: string, command: string, call: () => Promise<Result>): Promise<Result> {
    const due = this.take(service, command);
    if (!due) return await call();
    if (due.when === 'after') await call();
    const error = new Error(`this ${due.operation} was told to fail`);
    error.name = due.error;
    throw error;
  }

  /** Takes the fault that is due for a call of `command`, if any. */
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

  /** Makes one attempt of a call: the SDK retries what may be repeated. A test may fail some attempts. */
  attempt<Result>(call: () => Promise<Result>): Promise<Result> {
    return call();
  }
}
