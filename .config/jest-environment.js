import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';

/** Jest's own, in which `by-node.js` reaches Node.js's own way to load a module. */
export default class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.requireByNode = createRequire(import.meta.url);
  }
}
