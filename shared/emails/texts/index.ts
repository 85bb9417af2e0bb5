import type { Contact, Locale } from '../../domain/order-line.ts';
import type { Instant } from '../../domain/time.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

/** What was subscribed to, and for whom. */
interface Subscribed {
  readonly product: string;
  readonly customer: string;
}

/** The texts of an email in one language. Values are passed as they are; the writer escapes them. */
export interface EmailTexts {
  /** A point in time as people of the language write it, always with its time zone; `timeZone` is an IANA name. */
  readonly date: (instant: Instant, timeZone: string) => string;
  readonly subject: (subscriptionId: string, orderId: string) => string;
  /** The subject of a resend: mail clients fold emails with the same subject. */
  readonly resent: (subject: string) => string;
  /**
   * The subject of a reminder; `left` is what remains of the window, which also keeps reminders from being folded
   * together.
   */
  readonly reminded: (subject: string, left: string) => string;
  readonly greeting: (name: string | undefined) => string;
  /** Who writes, in languages whose letters begin with that. */
  readonly opening: (brand: string) => string | undefined;
  /** The title above the letter. */
  readonly heading: string;
  /** The same in a reminder. */
  readonly headingNear: (left: string) => string;
  /** The name of the product, if the settings have none for the offer. */
  readonly product: string;
  readonly ready: (of: Subscribed, name: string | undefined) => string;
  /** The same in a reminder. */
  readonly stillToDo: (of: Subscribed, name: string | undefined) => string;
  readonly setUp: string;
  readonly linkIntroduction: string;
  readonly deadline: (date: string, window: string) => string;
  /** Until when, and what happens then. */
  readonly deadlineNear: (date: string) => string;
  readonly overdue: (date: string) => string;
  readonly labels: {
    readonly order: string;
    readonly line: string;
    readonly subscription: string;
    readonly offer: string;
    readonly customer: string;
  };
  /** An offer's name with its code. */
  readonly offer: (name: string, code: string) => string;
  /** Whom to ask, and whether answers to the email reach them. */
  readonly ask: (name: string, email: string, isRepliedTo: boolean) => string;
  /**
   * The different texts of a copy for the second recipient, which names the provisioning contact as the one who has to
   * act.
   */
  readonly copy: {
    readonly subject: (subject: string) => string;
    readonly heading: string;
    readonly ready: (of: Subscribed, contact: Contact) => string;
    readonly stillToDo: (of: Subscribed, contact: Contact) => string;
    readonly deadline: (date: string) => string;
    readonly why: string;
  };
  readonly closing: string;
  readonly why: string;
  readonly support: (email: string) => string;
}

/** A missing language fails the compiler. */
export const emailTexts: Readonly<Record<Locale, EmailTexts>> = { en, ja };
