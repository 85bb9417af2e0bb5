import type { Mail, MailOutcome } from '../adapters/mail.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { faultForLog } from '../contracts/log.ts';
import type { LineKey } from '../domain/order-line.ts';
import { writeEmail } from '../emails/write-email.ts';
import {
  type Authorize,
  claimEmail,
  type Claimed,
  type ClaimServices,
  type NothingToSend,
  reasonOf,
} from './claim-email.ts';
import { type Also, type NotSent, recordEmail, type RecordServices, type Sent } from './record-email.ts';

/*
 * Every email takes these steps: load, authorize, claim, send, record, answer. The claim says who sends what to whom. It
 * is written before the mail service is called, so whatever gets lost later, the line knows that an email may have left.
 *
 * The worst case, within the 29 s of a function that serves people (`quickCalls`, `mailAnswerLimit`):
 *
 *     load            4.65 s
 *     wait            5    s    for somebody else's email of the line
 *     claim           4.65 s
 *     send            7    s
 *     record          6.65 s    `recordLimit`, and the try that began before it
 *                    27.95 s
 *
 * Giving a claim back instead takes 11.3 s after the claim: `recordLimit`, a read and a write.
 */

export interface SendServices extends ClaimServices, RecordServices {
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
}

/** The outcome of a request for an email. */
export type EmailOutcome<Instead> = NothingToSend<Instead> | Sent | NotSent;

/**
 * Sends an email of a line if `authorize` allows it.
 * @param authorize gets the line and the time; its errors propagate
 */
export async function sendEmail<Instead>(
  key: LineKey,
  authorize: Authorize<Instead>,
  services: SendServices,
  also: Also = (recorded) => recorded,
): Promise<EmailOutcome<Instead>> {
  const claimed = await claimEmail(key, authorize, services);
  if (claimed.outcome !== 'claimed') return claimed;
  const answer = await handOver(claimed, services);
  return await recordEmail(claimed, answer, services, also);
}

/** Writes the email and hands it to the mail service. */
async function handOver({ line, claim }: Claimed, services: SendServices): Promise<MailOutcome> {
  const { mail, mailSettings, log } = services;
  try {
    return await mail.send(await writeEmail(line, claim, mailSettings));
  } catch (error) {
    // The mail service's own errors are outcomes; this one happened before the call.
    log.error('an email could not be written', { fault: faultForLog(error) });
    return { outcome: 'refused', reason: reasonOf(error) };
  }
}
