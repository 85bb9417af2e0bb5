import type { Contact, Locale } from '../../domain/order-line.ts';
import type { Instant } from '../../domain/time.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

/** What was subscribed to, and for whom. */
interface Subscribed {
  readonly product: string;
  readonly customer: string;
}

/** What an email says, in one language. Values come in as they are; escaping is the writer's work. */
export interface EmailTexts {
  /** A point in time as people of the language write it, always with its time zone; `timeZone` as IANA names it. */
  readonly date: (instant: Instant, timeZone: string) => string;
  readonly subject: (subscriptionId: string, orderId: string) => string;
  /** The subject of an email that is sent again: mail clients fold what has the same subject. */
  readonly resent: (subject: string) => string;
  /** The subject of a reminder; `left` is how long the window still lasts, so that no two are folded together either. */
  readonly reminded: (subject: string, left: string) => string;
  readonly greeting: (name: string | undefined) => string;
  /** Who writes, where the language's letters begin with that. */
  readonly opening: (brand: string) => string | undefined;
  /** What it is about, above the letter. */
  readonly heading: string;
  /** The same in a reminder. */
  readonly headingNear: (left: string) => string;
  /** What is subscribed to, where the settings do not name it. */
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
  /** An offer that has a name, with its code. */
  readonly offer: (name: string, code: string) => string;
  /** Whom to ask, and whether answers to the email reach them. */
  readonly ask: (name: string, email: string, isRepliedTo: boolean) => string;
  /** What a copy for the second recipient says instead: it names the provisioning contact, who has to act. */
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

/** A language that is missing fails the compiler. */
export const emailTexts: Readonly<Record<Locale, EmailTexts>> = { en, ja };
