import type { Locale } from '../../../shared/domain/order-line.ts';
import { en, type Texts } from './en.ts';
import { ja } from './ja.ts';
import { allWithUnits } from './units.ts';

export type { Texts } from './en.ts';

/** The console's texts by language. A missing text fails the compiler. */
export const texts: Readonly<Record<Locale, Texts>> = { en, ja: allWithUnits(ja) };
