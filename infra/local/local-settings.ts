import { defaults } from '../settings.ts';

/** Who the emails come from on one machine, with all that they can say. */
export const localMail = {
  ...defaults.mail,
  senderAddress: 'provisioning@example.com',
  senderName: 'Subscription provisioning',
  supportAddress: 'support@example.com',
  postalLine: 'Example Inc., 1 Example Street, Springfield',
  offerNames: { 'A-FLEX': 'Flex Plan', 'A-FLEX-3': 'Flex Plan 3.0' },
};
