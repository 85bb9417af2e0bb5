import type { IsoDuration } from './time.ts';

/**
 * Provisioning windows: `default`, and exceptions by offer family. A family covers its own code and every code that
 * continues with a dash: `A-FLEX-3` covers `A-FLEX-3-EDU`, but `A-FLEX` does not cover `A-FLEXIBLE`.
 */
export interface OfferWindows {
  readonly default: IsoDuration;
  readonly families: Readonly<Record<string, IsoDuration>>;
}

/** The window of `offer`: that of its longest matching family, or the default. */
export const windowOf = (offer: string, { families, default: usual }: OfferWindows): IsoDuration =>
  ofFamily(offer, families) ?? usual;

/** The value of the longest family that covers `offer`. */
export function ofFamily<Value>(offer: string, families: Readonly<Record<string, Value>>): Value | undefined {
  const [longest] = Object.keys(families)
    .filter((name) => offer === name || offer.startsWith(`${name}-`))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : families[longest];
}
