import { GetSendQuotaCommand, type SESClient } from '@aws-sdk/client-ses';
import type { AccountMail } from '../domain/lane.ts';

/** What SES lets the account send, in this region. */
export interface MailQuota {
  /** SES allows this call once a second. */
  account(): Promise<AccountMail>;
}

export const mailQuota = (client: SESClient): MailQuota => ({
  async account() {
    const {
      Max24HourSend: most = -1,
      SentLast24Hours: sent = 0,
      MaxSendRate: perSecond = 1,
    } = await client.send(new GetSendQuotaCommand());
    // SES says -1 for unlimited.
    return { perSecond, most: most < 0 ? Infinity : most, sent };
  },
});
