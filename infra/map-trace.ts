import { SourceMap } from 'node:module';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import * as z from 'zod';
import { bundling } from './bundle.ts';

/*
 * Maps the stack traces of a log to the sources. It rebuilds the function's bundle with a source map, so check out the
 * deployed version first; otherwise the positions are wrong.
 */

const usage = `Reads part of a log from standard input, and prints it with its stack traces mapped to the sources.

  npm run --silent map-trace -- serve-api < part-of-the-log
`;

const sourceMap = z.looseObject({
  version: z.number(),
  file: z.string().default(''),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string()).default([]),
  names: z.array(z.string()),
  mappings: z.string(),
  sourceRoot: z.string().default(''),
});

function sourceMapOf(functionName: string): SourceMap {
  const { outputFiles } = buildSync({
    ...bundling([functionName]),
    outfile: 'handler.js',
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
  });
  const map = outputFiles.find(({ path }) => path.endsWith('.map'));
  return new SourceMap(sourceMap.parse(JSON.parse(map?.text ?? '')));
}

const [functionName] = process.argv.slice(2);
if (functionName === undefined) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const map = sourceMapOf(functionName);
  const mapped = (await text(process.stdin)).replaceAll(
    /[^\s("]*handler\.js:(\d+):(\d+)/g,
    (place, line: string, column: string) => {
      const origin = map.findOrigin(Number(line), Number(column));
      return 'fileName' in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : place;
    },
  );
  process.stdout.write(mapped);
}
