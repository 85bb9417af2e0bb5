import { wordsOnMail } from '../../infra/mail-rate.ts';

test('a deployer reads how long many first emails take by the quotas of the account', () => {
  const words = wordsOnMail({ perSecond: 14, most: 50_000, sent: 120 });
  expect(words).toContain('14 emails a second and 50,000 in 24 hours');
  // At 95 % of the rate, and 90 % of the day's emails.
  expect(words).toContain('1,000 in 2 minutes, 10,000 in 13 minutes, 50,000 in 25 hours, 100,000 in 3 days');
  expect(words).not.toContain('sandbox');
});

test('without a limit of the day only the rate counts', () => {
  const words = wordsOnMail({ perSecond: 200, most: Infinity, sent: 0 });
  expect(words).toContain('any number in 24 hours');
  expect(words).toContain('100,000 in 9 minutes');
});

test('a deployer is warned of the sandbox', () => {
  expect(wordsOnMail({ perSecond: 1, most: 200, sent: 0 })).toContain(
    'WARNING: the account is in the SES sandbox',
  );
});
