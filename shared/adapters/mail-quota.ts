import { GetSendQuotaCommand, type SESClient } from '@aws-sdk/client-ses';
import type { AccountMail } from '../domain/lane.ts';
import { accountMail } from './mail-outcome.ts';

/** What SES lets the account send, in this region. */
export interface MailQuota {
  /** SES allows this call once a second. */
  account(): Promise<AccountMail>;
}

export const mailQuota = (client: SESClient): MailQuota => ({
  async account() {
    return accountMail(await client.send(new GetSendQuotaCommand()));
  },
});
