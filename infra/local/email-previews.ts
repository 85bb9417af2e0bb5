import { type EmailKind, emailKinds } from '../../shared/domain/email-kinds.ts';
import { type Contact, type Locale, locales, type OrderLine } from '../../shared/domain/order-line.ts';
import { book, closeOverdue } from '../../shared/domain/transitions.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { writeEmail } from '../../shared/emails/write-email.ts';
import { defaults } from '../settings.ts';
import { localMail } from './local-settings.ts';

const at = '2026-11-20T00:00:00.000Z';
const nearTheEnd = '2026-11-25T00:00:00.000Z';
const afterwards = '2026-11-28T00:00:00.000Z';

const contacts: Readonly<Record<Locale, Contact>> = {
  en: { email: 'it@alderfinch.example', name: 'Joanna Reyes', locale: 'en' },
  ja: { email: 'joho@aoba-logistics.example', name: '田中 美咲', locale: 'ja' },
};

const claimOf = (kind: EmailKind, to: Contact, now: string) => ({
  id: 'preview',
  owner: 'preview',
  kind,
  to,
  actor: 'preview',
  at: now,
  until: now,
});

/** A line of a 7-day window whose first email was sent, as the email's contact sees it. */
function lineOf(contact: Contact): OrderLine {
  const booked = book(
    {
      orderId: 'ORD-1001',
      lineId: '1',
      subscriptionId: 'Sub10011',
      offer: 'A-FLEX-3',
      partnerId: 'northwind',
      endCustomer: { name: contact.locale === 'ja' ? '青葉物流株式会社' : 'Alder & Finch Architects' },
      placedBy: { name: 'Maya Lindqvist', email: 'maya.lindqvist@northwind.example' },
      provisioningContact: contact,
      requestedStartDate: at,
    },
    undefined,
    defaults.offerWindows,
    { at, actor: 'preview' },
  );
  return recordSent(booked, claimOf('first', contact, at), { messageId: 'preview', sentAt: at });
}

/** Each kind of email in each language, and what one says once the window has ended. */
export function previews() {
  const all = locales.flatMap((locale) => {
    const to = contacts[locale];
    const line = lineOf(to);
    const closed = closeOverdue(line, { at: afterwards, actor: 'preview' });
    return [
      ...emailKinds.map((kind) => ({
        name: `${kind}, ${locale}`,
        line,
        claim: claimOf(kind, to, kind === 'reminder' ? nearTheEnd : at),
      })),
      { name: `resend, closed, ${locale}`, line: closed, claim: claimOf('resend', to, afterwards) },
    ];
  });
  return Promise.all(
    all.map(async ({ name, line, claim }) => ({ name, email: await writeEmail(line, claim, localMail) })),
  );
}
