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
  /** The queues between the product's functions. */
  WorkQueues: json.pipe(z.record(z.string(), queueUrls)),
  /** The dead letters of the function that publishes what happened to lines. */
  PublishingDeadLetters: z.url(),
  /** The programs' clients by program name, in the stack's own user pool. */
  Programs: json.pipe(z.record(z.string(), z.string())).exactOptional(),
});
export type StackOutputs = z.output<typeof stackOutputs>;
