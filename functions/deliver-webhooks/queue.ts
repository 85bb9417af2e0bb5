import { variables } from '../../shared/contracts/environment.ts';
import { errand } from '../../shared/contracts/webhooks.ts';
import { type DeclaredQueue, workingEnvironment } from '../../shared/runtime/declare-queue.ts';

/** Events on their way to webhooks. Retries are queued as new messages, so that no message grows old here. */
export const webhooksQueue = {
  functionName: 'deliver-webhooks',
  userImpact: "Partners' systems have missed events of some lines.",
  schema: errand,
  environment: workingEnvironment.extend({
    WEBHOOKS_QUEUE_URL: variables.WEBHOOKS_QUEUE_URL,
    TABLE_NAME: variables.TABLE_NAME,
    MAIL_SETTINGS: variables.MAIL_SETTINGS,
    CONFIGURATION_SET: variables.CONFIGURATION_SET,
  }),
  urlVariable: 'WEBHOOKS_QUEUE_URL',
  batchSize: 10,
  mostAtOnce: 10,
  // No attempt begins after 30 s, and one takes at most 10 s.
  timeoutSeconds: 60,
  mostDeliveries: 20,
} as const satisfies DeclaredQueue;
