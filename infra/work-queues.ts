import { webhooksQueue } from '../functions/deliver-webhooks/queue.ts';
import { ordersToOnboard } from '../functions/onboard-order-lines/queue.ts';
import { executionsToStop } from '../functions/stop-executions/queue.ts';
import { resendQueue } from '../functions/resend-order-lines/queue.ts';
import { firstEmailsQueue } from '../functions/send-provisioning-email/queue.ts';
import type { DeclaredQueue } from '../shared/runtime/declare-queue.ts';

/**
 * The queues between the product's functions, at most one for each function. The deployed stack, the local runtime, the
 * operators' scripts and the tests use this list.
 */
export const declaredQueues: readonly DeclaredQueue[] = [
  firstEmailsQueue,
  ordersToOnboard,
  executionsToStop,
  resendQueue,
  webhooksQueue,
];
