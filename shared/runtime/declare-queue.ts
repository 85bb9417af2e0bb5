import * as z from 'zod';
import { variables } from '../contracts/environment.ts';

/** The environment that every function behind a work queue needs. */
export const workingEnvironment = z.object({ DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL });

/** The variables with the URLs of work queues, for senders and receivers. */
type QueueUrlVariable = Exclude<keyof typeof variables & `${string}_QUEUE_URL`, 'DEAD_LETTER_QUEUE_URL'>;

/**
 * A queue between two of the product's functions. The deployed stack, the local runtime and the tests all derive from
 * its declaration, which infra/work-queues.ts lists.
 */
export interface DeclaredQueue {
  /** The function that works it off; also its folder in functions/. */
  readonly functionName: string;
  /** What users notice while one of its messages is a dead letter. */
  readonly userImpact: string;
  /** The schema of its messages. */
  readonly schema: z.ZodType;
  /** What the function reads from its environment: `workingEnvironment` and `urlVariable` at least. */
  readonly environment: z.ZodObject;
  readonly urlVariable: QueueUrlVariable;
  /** The most messages in one call. */
  readonly batchSize: number;
  /** How long Lambda collects messages for a call; needed for more than 10. */
  readonly gatherSeconds?: number;
  /** The most calls at once, at least 2: the account's concurrency beyond that is left to the other functions. */
  readonly mostAtOnce: number;
  /** How long one call may take. */
  readonly timeoutSeconds: number;
  /** How often a message is delivered, put back or not, before it becomes a dead letter; at most 1,000. */
  readonly mostDeliveries: number;
}
