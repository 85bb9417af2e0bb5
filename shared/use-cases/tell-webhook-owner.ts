import type { Mail } from '../adapters/mail.ts';
import type { WebhookStore } from '../adapters/webhook-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { emailAddress } from '../contracts/fields.ts';
import type { Log } from '../contracts/log.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import { told, type Webhook } from '../domain/webhook.ts';
import { writeWebhookNotice } from '../emails/write-webhook-notice.ts';

export interface NoticeServices {
  readonly webhooks: WebhookStore;
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * Tells the person who added a webhook, once, that it was disabled automatically. After a crash on the way, the API and
 * the console still show it.
 * @throws NamedFault EmailNotSent, when the mail service accepts no more at the moment
 */
export async function tellOwner(webhook: Webhook, services: NoticeServices): Promise<void> {
  const { webhooks, mail, mailSettings, newId, log } = services;
  const { partnerId, webhookId, createdBy, disabled } = webhook;
  if (!disabled || disabled.because === 'person' || disabled.told === true) return;
  if (!emailAddress.safeParse(createdBy).success || isErasedAddress(createdBy)) return;
  const writer = newId();
  const claimed = await webhooks.change(webhook, writer, (known) => told(known, true));
  if (claimed?.writer !== writer) return;
  const sent = await mail.send(await writeWebhookNotice(webhook, disabled.because, mailSettings));
  if (sent.outcome === 'accepted') return;
  log.warn('a notice of a webhook is not known to have been sent', {
    partnerId,
    webhookId,
    reason: sent.reason,
  });
  if (sent.outcome !== 'throttled') return;
  await webhooks.change(claimed, newId(), (known) => told(known, false));
  throw new NamedFault(
    faultNames.emailNotSent,
    'the mail service did not accept the notice of a disabled webhook',
  );
}
