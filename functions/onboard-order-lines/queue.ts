import { variables } from '../../shared/contracts/environment.ts';
import { unreachedLines } from '../../shared/contracts/messages.ts';
import { intakeBatches } from '../../shared/domain/quotas.ts';
import { intakeEnvironment } from '../../shared/runtime/declare-events.ts';
import type { DeclaredQueue } from '../../shared/runtime/declare-queue.ts';

/** Orders whose onboarding has not reached all lines. */
export const ordersToOnboard = {
  functionName: 'onboard-order-lines',
  userImpact: 'Lines of onboarded orders still show as not onboarded, though no email is sent for them.',
  schema: unreachedLines,
  environment: intakeEnvironment.extend({ ONBOARDING_QUEUE_URL: variables.ONBOARDING_QUEUE_URL }),
  urlVariable: 'ONBOARDING_QUEUE_URL',
  // One is enough work for a call.
  batchSize: 1,
  mostAtOnce: intakeBatches,
  timeoutSeconds: 60,
  mostDeliveries: 5,
} as const satisfies DeclaredQueue;
