import { sources } from '../../shared/contracts/events.ts';
import type { BusEvent } from './event-bus.ts';
import type { KeptEmail } from './mailbox.ts';

type Report = readonly [type: string, about: object];

/** What SES reports of an email besides that it was sent, by the addresses of its mailbox simulator. */
const reports: Readonly<Record<string, (to: string, at: string) => readonly Report[]>> = {
  success: (to, at) => [['Email Delivered', { delivery: { timestamp: at, recipients: [to] } }]],
  bounce: (to, at) => [
    [
      'Email Bounced',
      {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'General',
          bouncedRecipients: [
            {
              emailAddress: to,
              action: 'failed',
              status: '5.1.1',
              diagnosticCode: 'smtp; 550 5.1.1 user unknown',
            },
          ],
          timestamp: at,
        },
      },
    ],
  ],
  complaint: (to, at) => [
    ['Email Delivered', { delivery: { timestamp: at, recipients: [to] } }],
    [
      'Email Complaint Received',
      {
        complaint: {
          complainedRecipients: [{ emailAddress: to }],
          complaintFeedbackType: 'abuse',
          timestamp: at,
        },
      },
    ],
  ],
};

const sent: readonly Report[] = [['Email Sent', { send: {} }]];

/** `bounce+any-label@simulator.amazonses.com` */
const simulated = /^(\w+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;

/**
 * The events that SES publishes about an email to one of its simulator's addresses; none for any other address, since
 * nobody on this machine knows what becomes of it.
 */
export function simulatedReports({ messageId, from, to, sentAt, tags }: KeptEmail): readonly BusEvent[] {
  const [, name = ''] = simulated.exec(to) ?? [];
  const reportsOf = reports[name.toLowerCase()];
  if (!reportsOf) return [];
  const mail = {
    messageId,
    timestamp: sentAt,
    source: from,
    destination: [to],
    tags: Object.fromEntries(Object.entries(tags).map(([tag, value]) => [tag, [value]])),
  };
  return [...sent, ...reportsOf(to, sentAt)].map(([type, about]) => ({
    source: sources.mail,
    'detail-type': type,
    detail: { mail, ...about },
  }));
}
