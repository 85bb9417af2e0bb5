import type { IsoDuration } from './time.ts';

/**
 * Provisioning windows: `default`, and exceptions by offer family. A family covers its own code and every code that
 * continues with a dash: `A-FLEX-3` covers `A-FLEX-3-EDU`, but `A-FLEX` does not cover `A-FLEXIBLE`.
 */
export interface OfferWindows {
  readonly default: IsoDuration;
  readonly families: Readonly<Record<string, IsoDuration>>;
}

/** The window of `offer`: that of its longest matching family, else the default. */
export function windowOf(offer: string, windows: OfferWindows): IsoDuration {
  const family = Object.keys(windows.families)
    .filter((name) => offer === name || offer.startsWith(`${name}-`))
    .reduce<string | undefined>((best, name) => (best && best.length > name.length ? best : name), undefined);
  return (family && windows.families[family]) ?? windows.default;
}
