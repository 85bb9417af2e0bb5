import { judge } from '../supply-chain/advisories.ts';

const url = 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm';
const report = {
  auditReportVersion: 2,
  vulnerabilities: {
    lodash: {
      name: 'lodash',
      severity: 'high',
      isDirect: false,
      via: [
        {
          source: 1106913,
          name: 'lodash',
          title: 'Command Injection in lodash',
          url,
          severity: 'high',
          range: '<4.17.21',
        },
      ],
      effects: ['mnemonist'],
    },
    mnemonist: { name: 'mnemonist', severity: 'high', via: ['lodash'], effects: [] },
  },
  metadata: { vulnerabilities: { high: 2, total: 2 } },
};
const clean = { auditReportVersion: 2, vulnerabilities: {}, metadata: {} };

it('an audit that found nothing is clean', () => {
  expect(judge(clean, {})).toEqual({ outcome: 'clean' });
});

it('an advisory is a finding once, with all that is needed to look into it', () => {
  expect(judge(report, {})).toEqual({
    outcome: 'findings',
    findings: [`lodash: Command Injection in lodash (high), ${url}`],
  });
});

it('an advisory that somebody explained is none', () => {
  expect(judge(report, { [url]: 'no template is ever compiled' })).toEqual({ outcome: 'clean' });
});

it('an explanation that is no longer needed is a finding', () => {
  expect(judge(clean, { [url]: 'no template is ever compiled' })).toEqual({
    outcome: 'findings',
    findings: [expect.stringContaining(url)],
  });
});

it.each([
  [{ message: '405 Method Not Allowed', statusCode: 405 }, '405 Method Not Allowed'],
  [{}, 'npm gave no report'],
  [null, 'npm gave no report'],
])('a registry that answers %j leaves it unknown, and nothing is called clean', (answer, why) => {
  expect(judge(answer, {})).toEqual({ outcome: 'unknown', why });
});
