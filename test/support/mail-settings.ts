import { defaults } from '../../infra/settings.ts';

/** Mail settings for tests that do not care which. */
export const mailSettings = {
  ...defaults.mail,
  senderAddress: 'provisioning@example.com',
  senderName: 'Provisioning',
};
