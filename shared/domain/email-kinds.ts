/**
 * Why the contact got an email: the requested start date, a resend, a contact change, or the approaching end of the
 * window.
 */
export const contactEmailKinds = ['first', 'resend', 'contact-change', 'reminder'] as const;
export type ContactEmailKind = (typeof contactEmailKinds)[number];

/** The copies of these for the second recipient. */
export const copyKinds = ['first-copy', 'reminder-copy'] as const;
export type CopyKind = (typeof copyKinds)[number];

export const emailKinds = [...contactEmailKinds, ...copyKinds] as const;
export type EmailKind = (typeof emailKinds)[number];

/** The effects of an email on its line, besides counting toward the limit of its life. */
interface EmailEffects {
  /** It starts the provisioning window. */
  readonly startsWindow: boolean;
  /** It counts toward the daily limit. */
  readonly countsTowardDay: boolean;
  /** It starts the minimum interval between resends. */
  readonly spacesResends: boolean;
  /** Its recipient becomes the provisioning contact. */
  readonly changesContact: boolean;
  /** It settles the reminders that are due. */
  readonly reminds: boolean;
  /** The kind of its copy for the second recipient. */
  readonly copiedAs?: CopyKind;
}

const none: EmailEffects = {
  startsWindow: false,
  countsTowardDay: false,
  spacesResends: false,
  changesContact: false,
  reminds: false,
};

export const emailEffects: Readonly<Record<EmailKind, EmailEffects>> = {
  first: { ...none, startsWindow: true, copiedAs: 'first-copy' },
  resend: { ...none, countsTowardDay: true, spacesResends: true },
  'contact-change': { ...none, countsTowardDay: true, changesContact: true },
  reminder: { ...none, reminds: true, copiedAs: 'reminder-copy' },
  'first-copy': none,
  'reminder-copy': none,
};

export const isCopy = (kind: EmailKind): kind is CopyKind => copyKinds.some((copy) => copy === kind);
