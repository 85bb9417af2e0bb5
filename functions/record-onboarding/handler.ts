import { buildIntakeServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { organizationOnboarded } from './event.ts';

/** Called by SQS with batches of "Organization Onboarded" events. */
export const handler = intakeHandler(organizationOnboarded, buildIntakeServices);
