import type { Caller } from '../../shared/use-cases/access.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import type { Instant } from '../../shared/domain/time.ts';
import type { Assets } from './assets.ts';
import type { LeftList } from './paths.ts';
import type { Texts } from './texts/index.ts';
import type { Formatters } from './formatters.ts';

/** What every page needs to know of the request that it answers. */
export interface View {
  readonly locale: Locale;
  readonly t: Texts;
  readonly format: Formatters;
  readonly now: Instant;
  readonly assets: Assets;
  /** Path and query of the page, where the same is shown in another language. */
  readonly here: string;
  /** How the list above the page was left; on the list, how it is. */
  readonly list?: LeftList;
}

/** Who looks at the page. */
export interface Person {
  readonly caller: Caller;
  /** As people call them. */
  readonly name: string;
  /** For the form that signs them out. */
  readonly token: string;
  /** Tells them from others, and nobody who they are. */
  readonly pseudonym: string;
}

export interface PersonalView extends View {
  readonly person: Person;
}
