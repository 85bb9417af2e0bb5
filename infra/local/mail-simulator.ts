import { sources } from '../../shared/contracts/events.ts';
import type { BusEvent } from './event-bus.ts';
import type { KeptEmail } from './mailbox.ts';

type Report = readonly [type: string, about: object];

type Reports = (to: string, at: string) => readonly Report[];

const delivered: Reports = (to, at) => [
  ['Email Delivered', { delivery: { timestamp: at, recipients: [to] } }],
];

/** What SES reports on an email besides having sent it, by the addresses of its mailbox simulator. */
const simulated: Readonly<Record<string, Reports>> = {
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
    ...delivered(to, at),
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
const simulatedAddress = /^(\w+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;

/**
 * The events that SES publishes about an email: that it was sent, and that it arrived, except for simulator addresses
 * where it does not.
 */
export function reportsOn({ messageId, from, to, sentAt, tags }: KeptEmail): readonly BusEvent[] {
  const [, name = ''] = simulatedAddress.exec(to) ?? [];
  const outcome = simulated[name.toLowerCase()] ?? delivered;
  const mail = {
    messageId,
    timestamp: sentAt,
    source: from,
    destination: [to],
    tags: Object.fromEntries(Object.entries(tags).map(([tag, value]) => [tag, [value]])),
  };
  return [...sent, ...outcome(to, sentAt)].map(([type, about]) => ({
    source: sources.mail,
    'detail-type': type,
    detail: { mail, ...about },
  }));
}
