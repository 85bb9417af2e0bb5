import { buildRecordingServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { emailReported } from './event.ts';

/** Called by SQS with batches of what SES reports about the product's emails. */
export const handler = intakeHandler(emailReported, buildRecordingServices);
