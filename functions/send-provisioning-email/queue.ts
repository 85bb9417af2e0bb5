import * as z from 'zod';
import { variables } from '../../shared/contracts/environment.ts';
import { workflowInput } from '../../shared/contracts/workflow.ts';
import { laneCalls, messagesPerCall, usualMailRate } from '../../shared/domain/lane.ts';
import { type DeclaredQueue, workingEnvironment } from '../../shared/runtime/declare-queue.ts';

/** A first email or a reminder that is due, as the workflow queues it. The task token identifies its execution. */
export const queuedEmail = workflowInput
  .omit({ requestedStartDate: true })
  .extend({ taskToken: z.string().min(1) });
export type QueuedEmail = z.output<typeof queuedEmail>;

/** The queue of first emails, and of reminders. */
export const firstEmailsQueue = {
  functionName: 'send-provisioning-email',
  userImpact: 'First emails or reminders are late, until the sweep has them sent.',
  schema: queuedEmail,
  environment: workingEnvironment.extend({
    TABLE_NAME: variables.TABLE_NAME,
    SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
    RESEND_LIMITS: variables.RESEND_LIMITS,
    MAIL_SETTINGS: variables.MAIL_SETTINGS,
    CONFIGURATION_SET: variables.CONFIGURATION_SET,
    MAIL_RATE: variables.MAIL_RATE,
    SENDING_QUEUE_URL: variables.SENDING_QUEUE_URL,
  }),
  urlVariable: 'SENDING_QUEUE_URL',
  batchSize: messagesPerCall,
  mostAtOnce: laneCalls(usualMailRate),
  // 10 s for its turn, and 34 s for the email: load, wait and claim as in send-email.ts, 13 s to send it, then record.
  timeoutSeconds: 44,
  /** A message comes again each time the lane pauses: four times an hour, for ten days. */
  mostDeliveries: 1000,
} as const satisfies DeclaredQueue;
