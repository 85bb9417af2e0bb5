/** What made an email leave: the requested start date, a resend, or a change of contact. */
export const emailKinds = ['first', 'resend', 'contact-change'] as const;
export type EmailKind = (typeof emailKinds)[number];

/** What an email does to its line besides that it counts toward those of its life. */
interface EmailEffects {
  /** The provisioning window runs from then on. */
  readonly startsWindow: boolean;
  /** It counts toward the limit of a day. */
  readonly countsTowardDay: boolean;
  /** No resend may follow for a while. */
  readonly spacesResends: boolean;
  /** Whom it went to is the provisioning contact from then on. */
  readonly changesContact: boolean;
}

const none: EmailEffects = {
  startsWindow: false,
  countsTowardDay: false,
  spacesResends: false,
  changesContact: false,
};

export const emailEffects: Readonly<Record<EmailKind, EmailEffects>> = {
  first: { ...none, startsWindow: true },
  resend: { ...none, countsTowardDay: true, spacesResends: true },
  'contact-change': { ...none, countsTowardDay: true, changesContact: true },
};
