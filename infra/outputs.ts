import * as z from 'zod';
import { intakeFunctions } from './intake-rules.ts';

const json = z.string().transform((text): unknown => JSON.parse(text));
const queueUrls = z.object({ queue: z.url(), deadLetters: z.url() });
export type QueueUrls = z.output<typeof queueUrls>;

/** The outputs of the deployed stack, by name. */
export const stackOutputs = z.object({
  ApiUrl: z.url(),
  EventBusArn: z.string(),
  StateMachineArn: z.string(),
  TableName: z.string(),
  SettledLineDays: z.coerce.number(),
  /** The queues of the functions that take events. */
  IntakeQueues: json.pipe(z.record(z.enum(intakeFunctions), queueUrls)),
  /** The queues between functions of the product. */
  WorkQueues: json.pipe(z.record(z.string(), queueUrls)),
  /** Of the function that tells other systems what happened to lines. */
  PublishingDeadLetters: z.url(),
  /** The clients of programs by the names of these, with the stack's own user pool. */
  Programs: json.pipe(z.record(z.string(), z.string())).exactOptional(),
});
export type StackOutputs = z.output<typeof stackOutputs>;
