import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';

const rootDir = dirname(import.meta.dirname);

process.env.JSII_DEPRECATED = 'quiet'; // as in infra/app.ts

const swc = (parser) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2024',
      parser,
      transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
    },
    module: { type: 'es6' },
  },
];

/**
 * Packages that take long to load. Not among them is what gives our code objects, dates or errors, or asks for the kind of
 * its own, as the AWS SDK, zod and luxon do: those of Node.js's realm are none of the kind in that of a test.
 */
const loadedByNode = `/node_modules/(${[
  '@seriousme',
  '@typescript-eslint',
  'ajv',
  'ajv-formats',
  'asl-validator',
  'aws-cdk-lib',
  'cdk-nag',
  'constructs',
  'esbuild',
  'eslint',
  'typescript',
  'typescript-eslint',
].join('|')})/`;

const project = (displayName) => ({
  displayName,
  rootDir,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  testEnvironment: '<rootDir>/.config/jest-environment.js',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    [loadedByNode]: '<rootDir>/.config/by-node.js',
    '\\.ts$': swc({ syntax: 'typescript' }),
    '\\.tsx$': swc({ syntax: 'typescript', tsx: true }),
  },
  transformIgnorePatterns: [],
});

/**
 * The suites by the layer they sit on. `npm test` runs the first three; `proofs` searches for what nobody thought of and
 * rehearses bad days, and takes as long as they do.
 */
export default {
  rootDir,
  /** Some tests run thousands of calls; none waits for time to pass. */
  testTimeout: 120_000,
  /** At least one more than the smallest machine has processors: the tests of the running service wait for it at times. */
  maxWorkers: Math.max(3, availableParallelism() - 1),
  /** A worker that has loaded much ends in more than the usual half second where others use the processors. */
  workerGracefulExitTimeout: 20_000,
  testSequencer: '<rootDir>/.config/longest-first.js',
  projects: ['unit', 'infra', 'local', 'proofs', 'browser', 'deployed'].map(project),
};
