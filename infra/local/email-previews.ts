import type { Email } from '../../shared/contracts/email.ts';
import { type EmailKind, emailKinds, isCopy } from '../../shared/domain/email-kinds.ts';
import { type Contact, type Locale, locales, type OrderLine } from '../../shared/domain/order-line.ts';
import { minus } from '../../shared/domain/time.ts';
import { book, closeOverdue } from '../../shared/domain/transitions.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { chosen } from '../../shared/domain/notifications.ts';
import { writeBounceNotice } from '../../shared/emails/write-bounce-notice.ts';
import { writeEmail } from '../../shared/emails/write-email.ts';
import { writeDigest } from '../../shared/emails/write-digest.ts';
import { writeWebhookNotice } from '../../shared/emails/write-webhook-notice.ts';
import { defaults } from '../settings.ts';
import { localMail } from './local-settings.ts';

const at = '2026-11-20T00:00:00.000Z';
const nearTheEnd = '2026-11-25T00:00:00.000Z';
const afterwards = '2026-11-28T00:00:00.000Z';

const contacts: Readonly<Record<Locale, Contact>> = {
  en: { email: 'it@alderfinch.example', name: 'Joanna Reyes', locale: 'en' },
  ja: { email: 'joho@aoba-logistics.example', name: '田中 美咲', locale: 'ja' },
};

const copyTo: Readonly<Record<Locale, Contact>> = {
  en: { email: 'helpdesk@alderfinch.example', name: 'IT helpdesk', locale: 'en' },
  ja: { email: 'helpdesk@aoba-logistics.example', name: '情報システム部', locale: 'ja' },
};

const placedBy = { name: 'Maya Lindqvist', email: 'maya.lindqvist@northwind.example' };

const claimOf = (kind: EmailKind, to: Contact, now: string) => ({
  id: 'preview',
  owner: 'preview',
  kind,
  to,
  actor: 'preview',
  at: now,
  until: now,
});

/** A line of a 7-day window whose first email was sent then, as the email's contact sees it. */
function lineOf(contact: Contact, sentAt = at, orderId = 'ORD-1001'): OrderLine {
  const booked = book(
    {
      orderId,
      lineId: '1',
      subscriptionId: 'Sub10011',
      offer: 'A-FLEX-3',
      partnerId: 'northwind',
      endCustomer: { name: contact.locale === 'ja' ? '青葉物流株式会社' : 'Alder & Finch Architects' },
      placedBy,
      provisioningContact: contact,
      requestedStartDate: sentAt,
    },
    undefined,
    defaults.offerWindows,
    { at: sentAt, actor: 'preview' },
  );
  return recordSent(booked, claimOf('first', contact, sentAt), { messageId: 'preview', sentAt });
}

/** The emails of a line, one of each kind, and a resend after the window has ended. */
function lineEmails(locale: Locale) {
  const to = contacts[locale];
  const line = lineOf(to);
  const closed = closeOverdue(line, { at: afterwards, actor: 'preview' });
  return [
    ...emailKinds.map((kind) => {
      const isReminder = kind === 'reminder' || kind === 'reminder-copy';
      const recipient = isCopy(kind) ? copyTo[locale] : to;
      return {
        name: kind,
        email: writeEmail(line, claimOf(kind, recipient, isReminder ? nearTheEnd : at), localMail),
      };
    }),
    {
      name: 'resend-closed' as const,
      email: writeEmail(closed, claimOf('resend', to, afterwards), localMail),
    },
  ];
}

/** The emails to people who work with the product. */
function notices(locale: Locale) {
  const to = contacts[locale];
  const cameBack = {
    to: to.email,
    delivery: 'Bounced',
    reason: 'smtp; 550 5.1.1 mailbox does not exist',
  } as const;
  const links = { origin: 'https://console.example', addressHash: 'preview', token: 'preview' };
  const timeZone = localMail.timeZones[locale];
  const placer = { ...placedBy, locale, timeZone, because: 'placed' } as const;
  const choice = chosen(
    undefined,
    { digest: true, bounces: false, locale, timeZone },
    { partnerId: 'northwind', person: 'preview', email: placedBy.email, token: 'preview', at },
  );
  const section = (...lines: readonly OrderLine[]) => ({ lines, count: lines.length, isAtLeast: false });
  const news = {
    cameBack: section(),
    closingSoon: section(lineOf(to)),
    closed: section(
      closeOverdue(lineOf(to, minus(nearTheEnd, 'P8D'), 'ORD-1002'), {
        at: minus(nearTheEnd, 'P1D'),
        actor: 'preview',
      }),
    ),
  };
  const webhook = {
    url: 'https://events.northwind.example/order-lines',
    locale,
    createdBy: placedBy.email,
  };
  return [
    {
      name: 'bounce-notice' as const,
      email: writeBounceNotice(placer, lineOf(to), cameBack, links, false, localMail),
    },
    { name: 'digest' as const, email: writeDigest(choice, news, nearTheEnd, links, localMail) },
    ...(['failing', 'gone'] as const).map((because) => ({
      name: `webhook-${because}` as const,
      email: writeWebhookNotice(webhook, because, localMail),
    })),
  ];
}

export type PreviewName = ReturnType<typeof lineEmails | typeof notices>[number]['name'];

/** An email with sample data. */
export interface Preview {
  readonly name: PreviewName;
  readonly locale: Locale;
  readonly email: Email;
}

/** All emails in all languages. */
export async function previews(): Promise<readonly Preview[]> {
  const all = locales.flatMap((locale) =>
    [...lineEmails(locale), ...notices(locale)].map(async ({ name, email }) => ({
      name,
      locale,
      email: await email,
    })),
  );
  return await Promise.all(all);
}
