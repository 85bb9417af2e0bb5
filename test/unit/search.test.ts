import { beginningsOf, isLegalForm, type Word, wordsOf } from '../../shared/domain/search.ts';
import { line } from '../support/lines.ts';

const isFound = (customer: string, typed: string): boolean => {
  const words = wordsOf(line({ endCustomer: { name: customer } }));
  return beginningsOf(typed).some(({ kind, text }: Word) => words[kind].startsWith(text));
};

test.each([
  ['Kestrel Freight', 'kestrel'],
  ['Kestrel  Freight', 'KESTREL FR'],
  ['Café Noël', 'cafe no'],
  ['Cafe Noel', 'CAFÉ'],
  ['Straßenbau Maier', 'STRASSEN'],
  ['ΚΕΣΤΡΕΛ', 'κεσ'],
  ['ケストレル貨物', 'ケスト'],
  ['ケストレル貨物', 'ｹｽﾄﾚﾙ'],
  ['ｶﾞﾙﾀﾞ', 'ガル'],
  ['Ｋｅｓｔｒｅｌ', 'kestrel'],
  ['株式会社ケストレル', 'ケスト'],
  ['株式会社　ケストレル', '株式会社ケスト'],
  ['㈱ケストレル', '株式会社ケスト'],
  ['（有）ケストレル', 'ケスト'],
  ['株式会社', '株式会社'],
  ['نرم\u200cافزار', 'نرما'],
  ['ශ්රී ලංකා', 'ශ්\u200dරී'],
])('the customer %s is found by %s', (customer, typed) => {
  expect(isFound(customer, typed)).toBe(true);
});

test.each([
  ['Kestrel Freight', 'freight'],
  ['Kestrel Freight', 'kestrelf'],
  ['ガルダ', 'カル'],
  ['株式会社ケストレル', '株式会社'],
  ['Kestrel', '\u0301'],
])('the customer %s is not found by %j', (customer, typed) => {
  expect(isFound(customer, typed)).toBe(false);
});

test.each([
  ['ord-1/2', ['order', 'contact', 'customer']],
  ['r&d', ['contact', 'customer']],
  ['it@ex', ['contact', 'customer']],
  ['@example.com', ['domain', 'customer']],
  ["o'hara", ['contact', 'customer']],
  ['Sub_1', ['order', 'subscription', 'contact', 'customer']],
  ['kestrel f', ['customer']],
  ['\u0301', []],
])('what %j may begin: %j', (typed, kinds) => {
  expect(beginningsOf(typed).map(({ kind }) => kind)).toEqual(kinds);
});

test.each([
  ['株式会社', true],
  ['（株） ', true],
  ['㈱', true],
  ['株式会社ケ', false],
  ['Kestrel', false],
])('whether %j is a legal form alone: %s', (typed, isOne) => {
  expect(isLegalForm(typed)).toBe(isOne);
});
