import { dirname } from 'node:path';

const rootDir = dirname(import.meta.dirname);

const project = (displayName) => ({
  displayName,
  rootDir,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
});

/** The suites by the layer they sit on; `npm test` runs them all. */
export default {
  rootDir,
  /** Some tests run thousands of calls; none waits for time to pass. */
  testTimeout: 120_000,
  projects: [project('unit'), project('infra'), project('local'), project('deployed')],
};
