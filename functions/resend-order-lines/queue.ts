import * as z from 'zod';
import { variables } from '../../shared/contracts/environment.ts';
import { type DeclaredQueue, workingEnvironment } from '../../shared/runtime/declare-queue.ts';

/** Says that a bulk resend has a slice to work off. */
export const resendMessage = z.object({ jobId: z.string() });

export const environment = workingEnvironment.extend({
  RESEND_QUEUE_URL: variables.RESEND_QUEUE_URL,
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  RESEND_LIMITS: variables.RESEND_LIMITS,
});

/**
 * A job sends its lines one after the other, and Lambda cannot be limited to fewer than two calls at once: with 0.1 to
 * 0.2 s a line, jobs send at most some 10 to 15 emails a second, however many partners have one.
 */
export const resendQueue = {
  functionName: 'resend-order-lines',
  userImpact: 'A bulk resend has stopped, until somebody looks at it.',
  schema: resendMessage,
  environment,
  urlVariable: 'RESEND_QUEUE_URL',
  batchSize: 1,
  mostAtOnce: 2,
  // A slice begins no line after 60 s, and a resend takes at most 28 s.
  timeoutSeconds: 120,
  mostDeliveries: 1000,
} satisfies DeclaredQueue;
