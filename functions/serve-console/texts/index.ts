import { atFirstUse } from '../../../shared/domain/at-first-use.ts';
import type { Locale } from '../../../shared/domain/order-line.ts';
import { english, type Texts } from './en.ts';
import { japanese } from './ja.ts';
import { allWithUnits } from './units.ts';

export type { Texts } from './en.ts';

const made = { en: atFirstUse(english), ja: atFirstUse(() => allWithUnits(japanese())) };

/** The console's texts by language, each made at its first use. A missing text fails the compiler. */
export const texts: Readonly<Record<Locale, Texts>> = {
  get en() {
    return made.en();
  },
  get ja() {
    return made.ja();
  },
};
