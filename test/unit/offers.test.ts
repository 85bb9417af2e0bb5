import { windowOf } from '../../shared/domain/offers.ts';

const windows = {
  default: 'P30D',
  families: { 'A-FLEX': 'P7D', 'A-FLEX-3': 'P10D', 'A-FLEX-3-EDU-K12': 'P90D' },
};

describe('the provisioning window of an offer', () => {
  it.each([
    ['A-FLEX', 'P7D', 'the family itself'],
    ['A-FLEX-EDU', 'P7D', 'a code of the family'],
    ['A-FLEX-3', 'P10D', 'a family inside another'],
    ['A-FLEX-3-EDU', 'P10D', 'a code of the inner family'],
    ['A-FLEX-3-EDU-K12', 'P90D', 'the most special family'],
    ['A-FLEX-3-EDU-K12-X', 'P90D', 'a code of the most special family'],
    ['A-FLEX-35', 'P7D', 'a longer number is another product of the outer family'],
    ['A-FLEXIBLE', 'P30D', 'a longer word is another product'],
    ['A-WX', 'P30D', 'a product without a family'],
    ['A-SPK', 'P30D', 'a product without a family'],
    ['A-CCW-FLEX', 'P30D', 'the family at the end does not count'],
    ['a-flex', 'P30D', 'codes are told apart by case'],
    ['constructor', 'P30D', 'words that objects know do not count'],
  ])('%s: %s, %s', (offer, window) => {
    expect(windowOf(offer, windows)).toBe(window);
  });

  it('does not depend on the order of the table', () => {
    const turned = { ...windows, families: Object.fromEntries(Object.entries(windows.families).reverse()) };
    expect(windowOf('A-FLEX-3-EDU', turned)).toBe('P10D');
  });
});
