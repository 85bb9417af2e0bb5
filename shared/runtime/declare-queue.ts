import * as z from 'zod';
import { variables } from '../contracts/environment.ts';

/** What every function that works off a queue of the product's own reads from its environment. */
export const workingEnvironment = z.object({ DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL });

/** The variables that name queues of the product's own, for those who send and for those who receive. */
type QueueUrlVariable = Exclude<keyof typeof variables & `${string}_QUEUE_URL`, 'DEAD_LETTER_QUEUE_URL'>;

/**
 * A queue between two functions of the product. The deployed stack, the local runtime and the tests all derive from its
 * declaration, which infra/work-queues.ts lists.
 */
export interface DeclaredQueue {
  /** The function that works it off; also its folder in functions/. */
  readonly functionName: string;
  /** What its messages must be. */
  readonly schema: z.ZodType;
  /** What the function reads from its environment: `workingEnvironment` and `urlVariable` at least. */
  readonly environment: z.ZodObject;
  readonly urlVariable: QueueUrlVariable;
  /** The most messages of one call. */
  readonly batchSize: number;
  /** For how long Lambda gathers messages for a call; needed for more than 10. */
  readonly gatherSeconds?: number;
  /** The most calls at once, at least 2: the account's concurrency beyond that is left to the other functions. */
  readonly mostAtOnce: number;
  /** How long one call may take. */
  readonly timeoutSeconds: number;
  /** How often a message is delivered, put back or not, before it becomes a dead letter; at most 1,000. */
  readonly mostDeliveries: number;
}
