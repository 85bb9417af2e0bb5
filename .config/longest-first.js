import Sequencer from '@jest/test-sequencer';

/**
 * Files that take long for their size, which is all that Jest knows of them in a new clone. They begin first, so that no
 * processor waits in the end for another one that began with one of them last.
 */
const longest = [
  'proofs/fault-sweep',
  'proofs/crash',
  'local/restart',
  'browser/stories',
  'browser/quality',
  'proofs/model',
  'local/sending',
  'local/drills',
  'proofs/model-on-the-service',
  'local/resend-jobs',
  'infra/least-privilege',
  'proofs/interleavings',
  'local/scenarios',
  'local/hot-line',
  'unit/store-lists',
];

const rank = ({ path }) => {
  const place = longest.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? longest.length : place;
};

export default class extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
