import * as z from 'zod';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { usualMailRate } from '../../shared/domain/lane.ts';
import { defaults, variablesOf } from '../settings.ts';
import { queueUrlOf, stateMachineArn } from './aws-endpoint.ts';
import { tableName } from './table.ts';

/** Who the emails come from on one machine, with everything they can say. */
export const localMail = {
  ...defaults.mail,
  senderAddress: 'provisioning@example.com',
  senderName: 'Subscription provisioning',
  supportAddress: 'support@example.com',
  postalLine: 'Example Inc., 1 Example Street, Springfield',
  offerNames: { 'A-FLEX': 'Flex Plan', 'A-FLEX-3': 'Flex Plan 3.0' },
};

/** Known only once the runtime starts. */
const knownAtStart = {
  SIGN_IN_ISSUER: true,
  SIGN_IN_CLIENT_ID: true,
  SESSION_SECRET_ARN: true,
  CONSOLE_ORIGIN: true,
} as const;

/** What the functions read from their environment on one machine. */
export const localSettings = readEnvironment(z.object(variables).omit(knownAtStart), {
  TABLE_NAME: tableName,
  STATE_MACHINE_ARN: stateMachineArn,
  CONFIGURATION_SET: 'local',
  EVENT_BUS_ARN: 'local',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/dead-letters',
  SENDING_QUEUE_URL: queueUrlOf('send-provisioning-email'),
  ONBOARDING_QUEUE_URL: queueUrlOf('onboard-order-lines'),
  STOPPING_QUEUE_URL: queueUrlOf('stop-executions'),
  RESEND_QUEUE_URL: queueUrlOf('resend-order-lines'),
  WEBHOOKS_QUEUE_URL: queueUrlOf('deliver-webhooks'),
  CALLER_SALT_SECRET_ARN: 'local',
  ...variablesOf({
    ...defaults,
    mailRate: usualMailRate,
    // There is no quota of open executions here, and few sweeps run while the clock moves far.
    executionHorizon: 'P180D',
    mail: localMail,
  }),
});
