import { createRequire } from 'node:module';

const requireByNode = createRequire(import.meta.url);

/**
 * Stands in for each file of a package: the one that Node.js itself loads, and keeps for the life of a worker. Jest
 * would load the whole package anew for each test file, which for the CDK takes ten times as long as to use it.
 */
export default {
  process(_, path, { supportsStaticESM }) {
    if (!supportsStaticESM) return { code: 'module.exports = requireByNode(__filename);' };
    const names = Object.keys(requireByNode(path));
    return {
      code: [
        'const loaded = requireByNode(import.meta.filename);',
        ...names.map((name, index) => `const e${index} = loaded[${JSON.stringify(name)}];`),
        `export { ${names.map((name, index) => `e${index} as ${JSON.stringify(name)}`).join(', ')} };`,
      ].join('\n'),
    };
  },
};
