import ts from 'typescript';

/** One replacement within a line of code. */
interface Edit {
  readonly at: number;
  /** How many characters are replaced. */
  readonly length: number;
  readonly text: string;
}

/** Arrow functions of fewer characters cost less to parse than to rewrite. */
const worthwhile = 40;

/**
 * The edits that turn the arrow functions of a script into function expressions, as far as that makes no difference to
 * what they do. V8 parses an arrow function in full along with the function that contains it, and the largest one
 * contains the whole bundle; other functions it skips until they are called. A cold start takes a tenth less time so.
 */
export function skippableFunctions(code: string): readonly Edit[] {
  const edits: Edit[] = [];
  const file = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const visit = (node: ts.Node): void => {
    // These are skipped already, with all that they contain.
    if (ts.isFunctionLike(node) && !ts.isArrowFunction(node)) return;
    if (ts.isArrowFunction(node) && node.end - node.getStart(file) >= worthwhile && isIndependent(node))
      edits.push(...asFunction(node, code, file));
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return edits;
}

/** Whether nothing in an arrow function refers to the function around it, as only an arrow function can. */
function isIndependent(node: ts.Node): boolean {
  const { kind } = node;
  if (kind === ts.SyntaxKind.ThisKeyword || kind === ts.SyntaxKind.SuperKeyword) return false;
  if (ts.isMetaProperty(node) || (ts.isIdentifier(node) && node.text === 'arguments')) return false;
  // Other functions have all of that of their own, except in a name that is computed.
  if (ts.isFunctionLike(node) && !ts.isArrowFunction(node)) return !node.name || isIndependent(node.name);
  return ts.forEachChild(node, (child) => (isIndependent(child) ? undefined : true)) === undefined;
}

/** `async e=>f(e)` as `async function(e){return f(e)}`. */
function asFunction(node: ts.ArrowFunction, code: string, file: ts.SourceFile): readonly Edit[] {
  const { modifiers, equalsGreaterThanToken: arrow, body } = node;
  const parameters = modifiers?.at(-1)?.end ?? node.getStart(file);
  const isInParentheses = code.slice(parameters, arrow.getStart(file)).trimStart().startsWith('(');
  const [open, close] = isInParentheses ? ['', ''] : ['(', ')'];
  const [begin, end] = ts.isBlock(body) ? ['', ''] : ['{return ', '}'];
  return [
    { at: parameters, length: 0, text: `${modifiers ? ' ' : ''}function${open}` },
    { at: arrow.getStart(file), length: arrow.end - arrow.getStart(file), text: close + begin },
    { at: body.end, length: 0, text: end },
  ];
}

export function edited(code: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const { at, length, text } of edits) {
    result += code.slice(done, at) + text;
    done = at + length;
  }
  return result + code.slice(done);
}

/** Where in the code the character at `position` of the edited code was. */
export function placeBefore(position: number, edits: readonly Edit[]): number {
  let added = 0;
  for (const { at, length, text } of edits) {
    if (at + added + text.length > position) return Math.min(position - added, at);
    added += text.length - length;
  }
  return position - added;
}
