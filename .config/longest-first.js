import Sequencer from '@jest/test-sequencer';

/**
 * Files that take long for their size, which is all that Jest knows of them in a new clone. They begin first, so that no
 * processor waits in the end for another one that began with one of them last.
 */
const longest = [
  'proofs/fault-sweep',
  'proofs/crash',
  'browser/stories',
  'browser/quality',
  'proofs/model',
  'local/sending',
  'local/restart',
  'proofs/drills',
  'proofs/model-on-the-service',
  'local/resend-jobs',
  'infra/least-privilege',
  'browser/other-pages',
  'proofs/permutations',
  'local/scenarios',
  'proofs/masses',
  'unit/store-lists',
  'infra/template',
  'unit/onboarding-pieces',
];

const rank = ({ path }) => {
  const place = longest.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? longest.length : place;
};

/** Whether it calls the running service, for which it waits at times: then something that computes is to run beside it. */
const isCalling = ({ path }) => path.includes('/test/local/');

export default class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests).sort((a, b) => rank(a) - rank(b));
    const [calling, computing] = [true, false].map((calls) =>
      sorted.filter((test) => isCalling(test) === calls),
    );
    const turns = Math.max(calling.length, computing.length);
    return Array.from({ length: turns }, (_, turn) =>
      [calling[turn], computing[turn]].filter(Boolean),
    ).flat();
  }
}
