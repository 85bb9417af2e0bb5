import * as z from 'zod';
import { intakeFunctions } from './intake-rules.ts';

const queueUrls = z.object({ queue: z.url(), deadLetters: z.url() });
export type QueueUrls = z.output<typeof queueUrls>;

/** The outputs of the deployed stack, by name. */
export const stackOutputs = z.object({
  ApiUrl: z.url(),
  EventBusArn: z.string(),
  StateMachineArn: z.string(),
  TableName: z.string(),
  /** The queues of the functions that take events. */
  IntakeQueues: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.record(z.enum(intakeFunctions), queueUrls)),
});
export type StackOutputs = z.output<typeof stackOutputs>;
