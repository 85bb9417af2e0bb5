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
    const { put } = ClassicLevel.prototype;
    ClassicLevel.prototype.put = function (key, value, ...rest) {
      const isIt = String(key).startsWith(${JSON.stringify(keyStart)}) && JSON.stringify(value).includes(${JSON.stringify(text)});
      if (!isIt) return put.call(this, key, value, ...rest);
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
