import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * A module to import first, that kills its process right before LevelDB is given an entry whose key begins so, with
 * this text in its JSON.
 */
export function killer(keyStart: string, text: string): string {
  const leveldb = createRequire(import.meta.url).resolve('classic-level');
  const code = `
    import { ClassicLevel } from ${JSON.stringify(pathToFileURL(leveldb).href)};
    const isIt = (key, value) =>
      String(key).startsWith(${JSON.stringify(keyStart)}) &&
      (typeof value === 'string' ? value : JSON.stringify(value)).includes(${JSON.stringify(text)});
    const { put, batch } = ClassicLevel.prototype;
    const die = () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    };
    ClassicLevel.prototype.put = function (key, value, ...rest) {
      return isIt(key, value) ? die() : put.call(this, key, value, ...rest);
    };
    ClassicLevel.prototype.batch = function (...given) {
      const [operations] = given;
      const isDue = Array.isArray(operations) && operations.some(({ key, value }) => isIt(key, value ?? ''));
      return isDue ? die() : batch.apply(this, given);
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
