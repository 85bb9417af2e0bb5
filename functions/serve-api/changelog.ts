/** What changed for those who call the API, the newest first; the descriptions have the newest version. */
export const changelog = [
  {
    version: '1.2.0',
    date: '2026-11-27',
    changes: [
      'A resend takes `locale`, the language of this email, and so does a bulk resend, for all of its emails; contacts keep theirs.',
      'What people are told of by email: `/me/notifications`. A history tells of notices that an email came back, as `BounceNoticeSent`.',
      'Programs sign in by the client credentials grant, with the built-in user pool as well.',
      'A query parameter that a call does not know, or that is given twice, is refused on all calls as `invalid-request`, and `errors` says what the call takes.',
      'Each problem has a page that says which fields it adds and which calls may answer it.',
      'The descriptions say what each field is, and let answers and events gain fields.',
    ],
  },
  {
    version: '1.1.0',
    date: '2026-11-26',
    changes: [
      'Bulk resends: `/resend-jobs`.',
      'Webhooks: `/webhooks`. What happened to lines is also on the bus, described in `/asyncapi.json`.',
      'Counts: `GET /order-lines/summary` and `GET /insights`.',
      'A second recipient: `copyTo` of a line, and `/orders/{orderId}/lines/{lineId}/copy-to`.',
      'The list finds lines by how an order, a subscription, an address, its domain or a customer begins, and filters by `delivery` and `closingWithin`.',
      'A contact change takes an `Idempotency-Key`; answers that a key got before have the header `Idempotent-Replayed`.',
      'A history says in `from` who was the contact before a change, and comes as CSV, too.',
      'A line whose first email waits for its turn has `queued`.',
      'The `type` of a problem opens the page about it.',
    ],
  },
  {
    version: '1.0.0',
    date: '2026-11-22',
    changes: ['Orders, lines and their histories; resend; correct the provisioning contact.'],
  },
] as const;

export const [{ version: newestVersion }] = changelog;
