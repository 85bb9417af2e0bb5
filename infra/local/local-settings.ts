import { defaults } from '../settings.ts';

/** Who the emails come from on one machine. */
export const localMail = {
  ...defaults.mail,
  senderAddress: 'provisioning@example.com',
  senderName: 'Subscription provisioning',
};
