import type { OrderLine } from './order-line.ts';

/** What lines are found by, each by its beginning. */
export const wordKinds = ['order', 'subscription', 'contact', 'domain', 'customer'] as const;
export type WordKind = (typeof wordKinds)[number];

/** A word of some kind, or its beginning. */
export interface Word {
  readonly kind: WordKind;
  readonly text: string;
}

/**
 * Normalizes text for comparison: ignores case, accents, joiners, the width of letters and kana (NFKC), and the number of
 * spaces. Upper case, because the lower case of some letters depends on their position in the word.
 */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u200c\u200d]/g, '')
    .toUpperCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim();

/** People leave out the legal form of a Japanese company, which precedes half of the names. */
const legalForm = /^(?:株式会社|有限会社|合同会社|\((?:株|有|同)\)) ?/u;

const withoutLegalForm = (name: string): string => name.replace(legalForm, '') || name;

/** Whether a search is for a legal form alone, by which no line is found. */
export const isLegalForm = (typed: string): boolean => folded(typed).replace(legalForm, '') === '';

/** The words that a line is found by; one that normalizes to nothing is empty. */
export const wordsOf = (line: OrderLine): Readonly<Record<WordKind, string>> => {
  const contact = folded(line.provisioningContact.email);
  return {
    order: folded(`${line.orderId}/${line.lineId}`),
    subscription: folded(line.subscriptionId),
    contact,
    domain: contact.slice(contact.lastIndexOf('@') + 1),
    customer: withoutLegalForm(folded(line.endCustomer.name)),
  };
};

/** How words of a kind may begin; the groups are the part that is compared. */
const beginnings: Readonly<Record<WordKind, RegExp>> = {
  order: /^([A-Z0-9._-]+(?:\/[A-Z0-9._-]*)?)$/,
  subscription: /^([A-Z0-9._-]+)$/,
  contact: /^([A-Z0-9_'+.&/=-]+(?:@[A-Z0-9.-]*)?)$/,
  domain: /^@?([A-Z0-9.-]+)$/,
  customer: /^(.+)$/u,
};

/** What `typed` may be the beginning of. A line is found by any of these; without any, nothing is found. */
export function beginningsOf(typed: string): readonly Word[] {
  const text = folded(typed);
  return wordKinds.flatMap((kind) => {
    const [, beginning] = beginnings[kind].exec(text) ?? [];
    if (beginning === undefined) return [];
    return [{ kind, text: kind === 'customer' ? withoutLegalForm(beginning) : beginning }];
  });
}

/** A whole subscription id, normalized. */
export const subscriptionWord = (subscriptionId: string): Word => ({
  kind: 'subscription',
  text: folded(subscriptionId),
});
