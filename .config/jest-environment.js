import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { constants, createContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';
import { compileOnce } from './compiled-once.js';

compileOnce();
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/jest'));

/**
 * Jest's own, with an ordinary global object. Behind the one that Jest makes is a proxy, and each `Date` or `Object` in
 * the code asks it: what computes much takes up to three times as long. Mocks and fake timers, which no test uses, stay
 * bound to that one.
 */
export default class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    const jests = this.global;
    const global = createContext(constants.DONT_CONTEXTIFY);
    for (const name of Reflect.ownKeys(jests)) {
      if (Object.hasOwn(global, name)) continue;
      const { enumerable } = Reflect.getOwnPropertyDescriptor(jests, name);
      const value = jests[name];
      Object.defineProperty(global, name, { value, enumerable, writable: true, configurable: true });
    }
    // Node.js makes what it answers by these, as Jest knows.
    const { ArrayBuffer, Error, Uint8Array } = jests;
    Object.assign(global, { ArrayBuffer, Uint8Array, global });
    global.Error.stackTraceLimit = Error.stackTraceLimit;
    // How `by-node.js` reaches Node.js's own way to load a module.
    global.requireByNode = createRequire(import.meta.url);
    this.context = global;
    this.global = global;
  }
}
