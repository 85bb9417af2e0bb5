/** What changed for callers of the API, newest first; the descriptions have the newest version. */
export const changelog = [
  {
    version: '1.3.0',
    date: '2026-11-28',
    changes: [
      'A line with an email that may have left, because the answer of the mail service was lost, has `unconfirmedEmail`.',
      'Of several onboardings of an order, or cancellations of a line, the earliest counts. Histories and events have the time of each, and an event is published for each that counts.',
      'The events of a webhook are each named once.',
    ],
  },
  {
    version: '1.2.0',
    date: '2026-11-27',
    changes: [
      'A resend, or a bulk resend, takes `locale`, the language of its emails; contacts keep theirs.',
      'Email notifications: `/me/notifications`. Histories show bounce notices as `BounceNoticeSent`.',
      'Programs sign in with the client credentials grant, also with the built-in user pool.',
      'All calls reject unknown and repeated query parameters as `invalid-request`; `errors` says what the call takes.',
      'Each problem has a page with the fields it adds and the calls that may return it.',
      'Every field has a description; answers and events may gain fields.',
      'Mail addresses may have `&`, `/` and `=` before the at sign; `errors` names the character that one cannot have.',
      'Names may have the joiners that scripts such as Persian and Sinhala, and many emoji, are written with.',
    ],
  },
  {
    version: '1.1.0',
    date: '2026-11-26',
    changes: [
      'Bulk resends: `/resend-jobs`.',
      'Webhooks: `/webhooks`. The same events are on the bus, described in `/asyncapi.json`.',
      'Counts: `GET /order-lines/summary` and `GET /insights`.',
      'A second recipient: `copyTo` of a line, and `/orders/{orderId}/lines/{lineId}/copy-to`.',
      'The list finds lines by the beginning of an order, a subscription, an address, its domain or a customer, and filters by `delivery` and `closingWithin`.',
      'A contact change takes an `Idempotency-Key`; replayed answers have the header `Idempotent-Replayed`.',
      'Histories have the previous contact of a change in `from`, and are available as CSV.',
      'A line whose first email is queued has `queued`.',
      'The `type` of a problem is the URL of a page about it.',
    ],
  },
  {
    version: '1.0.0',
    date: '2026-11-22',
    changes: ['Orders, lines and their histories; resend; correct the provisioning contact.'],
  },
] as const;

export const [{ version: newestVersion }] = changelog;
