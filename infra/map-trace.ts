import { SourceMap } from 'node:module';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import * as z from 'zod';
import { bundling } from './bundle.ts';
import { edited, placeBefore, skippableFunctions } from './skippable-functions.ts';

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

/** Finds the source of a line and a column of a function's code, as `file:line:column`; undefined if it has none. */
function sourcesOf(functionName: string): (line: number, column: number) => string | undefined {
  const { outputFiles } = buildSync({
    ...bundling([functionName]),
    outfile: 'handler.js',
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
  });
  const textOf = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  const map = new SourceMap(sourceMap.parse(JSON.parse(textOf('.map'))));
  const code = textOf('.js');
  const edits = skippableFunctions(code);
  const starts = lineStarts(code);
  const deployedStarts = lineStarts(edited(code, edits));
  return (line, column) => {
    const place = placeBefore((deployedStarts[line - 1] ?? NaN) + column - 1, edits);
    // The edits lie within lines.
    const origin = map.findOrigin(line, 1 + place - (starts[line - 1] ?? NaN));
    return 'fileName' in origin
      ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
      : undefined;
  };
}

const lineStarts = (code: string): readonly number[] => [
  0,
  ...Array.from(code.matchAll(/\n/g), ({ index }) => index + 1),
];

const [functionName] = process.argv.slice(2);
if (functionName === undefined) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const sourceOf = sourcesOf(functionName);
  const mapped = (await text(process.stdin)).replaceAll(
    /[^\s("]*handler\.js:(\d+):(\d+)/g,
    (place, line: string, column: string) => sourceOf(Number(line), Number(column)) ?? place,
  );
  process.stdout.write(mapped);
}
