import type { Caller } from '../../shared/use-cases/access.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import type { Instant } from '../../shared/domain/time.ts';
import type { Assets } from './assets.ts';
import type { LeftList } from './paths.ts';
import type { Texts } from './texts/index.ts';
import type { Formatters } from './formatters.ts';

/** What every page needs to know about its request. */
export interface View {
  readonly locale: Locale;
  readonly t: Texts;
  readonly format: Formatters;
  readonly now: Instant;
  readonly assets: Assets;
  /** Path and query of the page, for the same page in another language. */
  readonly here: string;
  /** How the list above the page was left; on the list, its current state. */
  readonly list?: LeftList;
}

/** The person looking at the page. */
export interface Person {
  readonly caller: Caller;
  /** The name that people use. */
  readonly name: string;
  /** For the form that signs them out. */
  readonly token: string;
  /** Distinguishes the person from others without identifying them. */
  readonly pseudonym: string;
}

export interface PersonalView extends View {
  readonly person: Person;
}
