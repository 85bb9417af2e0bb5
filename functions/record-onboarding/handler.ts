import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { buildIntakeServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { organizationOnboarded } from './event.ts';

/** Called by SQS with batches of "Organization Onboarded" events. */
export const handler = intakeHandler(organizationOnboarded, (settings, functionName) => ({
  ...buildIntakeServices(settings, functionName),
  onboardings: queue(sqsClient(), settings.ONBOARDING_QUEUE_URL),
}));
