import type { Locale } from '../../../shared/domain/order-line.ts';
import { en, type Texts } from './en.ts';
import { ja } from './ja.ts';
import { allWithUnits } from './units.ts';

export type { Texts } from './en.ts';

/** What the console says, by language. A text that one of them lacks fails the compiler. */
export const texts: Readonly<Record<Locale, Texts>> = { en, ja: allWithUnits(ja) };
