const beforeUnit = /(\d) (?=\p{Script=Han}|か月|つ|ミリ秒)/gu;

/** Keeps a number and its Japanese unit on one line: browsers may break at the space between them. */
export const withUnits = (text: string): string => text.replaceAll(beforeUnit, '$1\u00A0');

/** The same for all texts of a language, including those that functions make. */
export function allWithUnits<Texts extends object>(texts: Texts): Texts {
  for (const [name, value] of Object.entries(texts)) Reflect.set(texts, name, kept(value));
  return texts;
}

function kept(value: unknown): unknown {
  if (typeof value === 'string') return withUnits(value);
  if (typeof value === 'object' && value !== null) return allWithUnits(value);
  if (typeof value !== 'function') return value;
  return (...values: unknown[]): unknown => kept(Reflect.apply(value, undefined, values));
}
