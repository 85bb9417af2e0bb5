import vm from 'node:vm';

const { compileFunction, SourceTextModule } = vm;

/** What is kept of each source, with its text, for the life of a worker. */
const scripts = new Map();
const modules = new Map();

/**
 * Lets V8 compile each source once for all test files of a worker, and not anew for each of them, as Jest asks for: most
 * test files take longer to load than to run. Everything still runs anew in the global object of each test file.
 */
export function compileOnce() {
  vm.compileFunction = (code, parameters, options) => {
    const { filename, parsingContext } = options;
    let kept = scripts.get(filename);
    if (kept?.code !== code) {
      const start = `(function (${parameters.join(', ')}) {`;
      // What such a source imports belongs to the test file that it was compiled for.
      const script = /\bimport\s*\(/.test(code)
        ? undefined
        : new vm.Script(`${start}${code}\n})`, { filename, columnOffset: -start.length });
      kept = { code, script };
      scripts.set(filename, kept);
    }
    return kept.script?.runInContext(parsingContext) ?? compileFunction(code, parameters, options);
  };

  vm.SourceTextModule = class extends SourceTextModule {
    constructor(code, options) {
      const kept = modules.get(options.identifier);
      const isKept = kept?.code === code;
      super(code, isKept ? { ...options, cachedData: kept.compiled } : options);
      if (!isKept) modules.set(options.identifier, { code, compiled: this.createCachedData() });
    }
  };
}
