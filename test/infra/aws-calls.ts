import { join } from 'node:path';
import ts from 'typescript';
import { productFolder } from './synth.ts';

/** A call of AWS that code can make: the IAM action, and the index if it reads one. */
export interface AwsCall {
  readonly action: string;
  readonly index?: string;
}

interface Step {
  readonly calls: readonly AwsCall[];
  readonly reached: ReadonlySet<ts.Node>;
}

/** IAM's prefix for the calls of an SDK package. */
const prefixes: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-eventbridge': 'events',
  'client-secrets-manager': 'secretsmanager',
  'client-ses': 'ses',
  'client-sesv2': 'ses',
  'client-sfn': 'states',
  'client-sqs': 'sqs',
};

/** Calls nothing of AWS, and has the compiler infer for half of the time: all that it exports is `any` here. */
const unread = /^zod(\/|$)/;

/** What else code takes from the SDK, that calls nothing by itself. */
const callsNothing = /(Client|Exception|AlreadyExists|DoesNotExist|TimedOut|InvalidToken)$/;

/**
 * Reads from the code which calls of AWS a function can make. From `handler` on, every declaration that is named in
 * reached code is reached too, however it is named: called, or handed on. Where a port of shared/adapters is used, that
 * is the member of its adapter which the port's member stands for: a store that could do more than a function asks of
 * it does not count. What cannot be told from the code is an error, so that nothing is passed over.
 */
export class CallGraph {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  /** What stands behind a port's members, in the object literals that the adapters answer. */
  readonly #implementations = new Map<ts.Node, ts.Node[]>();
  readonly #implementing = new Set<ts.Node>();
  /** The steps that were taken: the functions have most of their code in common. */
  readonly #steps = new Map<ts.Node, Step>();

  constructor(functionNames: readonly string[]) {
    const { config } = ts.readConfigFile(join(productFolder, 'tsconfig.json'), (path) =>
      ts.sys.readFile(path),
    );
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, productFolder);
    const host = ts.createCompilerHost(options);
    // Most of what the SDK declares are comments.
    host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
    const cache = ts.createModuleResolutionCache(productFolder, (path) => path, options);
    host.resolveModuleNameLiterals = (names, from, redirected, _, file) =>
      names.map((name) =>
        unread.test(name.text)
          ? { resolvedModule: undefined }
          : ts.resolveModuleName(
              name.text,
              from,
              options,
              host,
              cache,
              redirected,
              ts.getModeForUsageLocation(file, name, options),
            ),
      );
    this.#program = ts.createProgram(functionNames.map(handlerFile), options, host);
    this.#checker = this.#program.getTypeChecker();
    for (const file of this.#program.getSourceFiles()) if (isAdapter(file)) this.#findImplementations(file);
  }

  callsOf(functionName: string): readonly AwsCall[] {
    const handler = this.#exportOf(handlerFile(functionName), 'handler');
    const reached = new Set(handler);
    const calls: AwsCall[] = [];
    for (const declaration of reached) {
      const step = this.#steps.get(declaration) ?? this.#stepFrom(declaration);
      this.#steps.set(declaration, step);
      calls.push(...step.calls);
      for (const next of step.reached) reached.add(next);
    }
    return calls;
  }

  /** What a declaration calls by itself, and which declarations are reached from it. */
  #stepFrom(declaration: ts.Node): Step {
    const reached = new Set(this.#implementations.get(declaration));
    const calls: AwsCall[] = [];
    if (ts.isSourceFile(declaration)) return { calls, reached };
    this.#walk(declaration, (node) => {
      for (const named of this.#declarationsOf(node)) {
        const sdkPackage = sdkPackageOf(named);
        if (sdkPackage) calls.push(...this.#callsByNaming(node, sdkPackage));
        else if (!this.#isForeign(named)) reached.add(named);
      }
    });
    return { calls, reached };
  }

  #exportOf(path: string, name: string): readonly ts.Node[] {
    const file = this.#program.getSourceFile(path);
    const module = file && this.#checker.getSymbolAtLocation(file);
    const declarations = module?.exports?.get(ts.escapeLeadingUnderscores(name))?.declarations;
    if (!declarations) throw new Error(`${path} has no ${name}`);
    return declarations;
  }

  #findImplementations(node: ts.Node): void {
    if (ts.isObjectLiteralExpression(node)) {
      const port = this.#checker.getContextualType(node);
      for (const member of node.properties) {
        const name = member.name && ts.isIdentifier(member.name) ? member.name.text : '';
        for (const promise of port?.getProperty(name)?.declarations ?? []) {
          if (!ts.isMethodSignature(promise) || !isAdapter(promise.getSourceFile())) continue;
          this.#implementations.set(promise, [...(this.#implementations.get(promise) ?? []), member]);
          this.#implementing.add(member);
        }
      }
    }
    ts.forEachChild(node, (child) => this.#findImplementations(child));
  }

  /** All that runs when `root` does; named functions and members of ports run when they are named. */
  #walk(root: ts.Node, see: (node: ts.Node) => void): void {
    const look = (node: ts.Node): void => {
      if (ts.isTypeNode(node)) return;
      if (node !== root && (isNamedFunction(node) || this.#implementing.has(node))) return;
      see(node);
      ts.forEachChild(node, look);
    };
    look(root);
  }

  /** The declarations that a node names, wherever they are. */
  #declarationsOf(node: ts.Node): readonly ts.Node[] {
    return this.#symbolsOf(node)
      .map((symbol) =>
        symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol,
      )
      .flatMap((symbol) => symbol.declarations ?? []);
  }

  #symbolsOf(node: ts.Node): readonly ts.Symbol[] {
    if (ts.isBindingElement(node)) {
      const name = node.propertyName ?? node.name;
      const property =
        ts.isIdentifier(name) && this.#checker.getTypeAtLocation(node.parent).getProperty(name.text);
      return property ? [property] : [];
    }
    if (!ts.isIdentifier(node) && !ts.isStringLiteral(node)) return [];
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    return symbol ? [symbol] : [];
  }

  #isForeign(declaration: ts.Node): boolean {
    const file = declaration.getSourceFile();
    return (
      this.#program.isSourceFileFromExternalLibrary(file) || this.#program.isSourceFileDefaultLibrary(file)
    );
  }

  #callsByNaming(node: ts.Node, sdkPackage: string): readonly AwsCall[] {
    const name = node.getText();
    const [, command] = /^(\w+)Command$/.exec(name) ?? [];
    const prefix = prefixes[sdkPackage];
    if (command !== undefined && prefix !== undefined && ts.isNewExpression(node.parent)) {
      const action = `${prefix}:${command}`;
      return command === 'Query' ? this.#queries(node.parent, action) : [{ action }];
    }
    if (callsNothing.test(name)) return [];
    throw new Error(`this test does not know what ${name} of ${sdkPackage} calls`);
  }

  #queries(
    { arguments: [input] = ts.factory.createNodeArray() }: ts.NewExpression,
    action: string,
  ): readonly AwsCall[] {
    const property = input && this.#checker.getTypeAtLocation(input).getProperty('IndexName');
    if (!property) return [{ action }];
    const declaration = property.valueDeclaration;
    const type =
      declaration && ts.isPropertyAssignment(declaration)
        ? this.#checker.getTypeAtLocation(declaration.initializer)
        : undefined;
    const names = type?.isUnion() ? type.types : [type];
    return names.map((indexName) => {
      if (!indexName?.isStringLiteral())
        throw new Error(`no type says which indexes ${input.getText()} reads`);
      return { action, index: indexName.value };
    });
  }
}

const handlerFile = (functionName: string) => join(productFolder, 'functions', functionName, 'handler.ts');

const isAdapter = ({ fileName }: ts.SourceFile): boolean => fileName.includes('/shared/adapters/');

const isNamedFunction = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) ||
  (ts.isVariableDeclaration(node) &&
    node.initializer !== undefined &&
    (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer)));

/** The AWS SDK's package that exports something to call or to make, `client-sqs`. */
function sdkPackageOf(declaration: ts.Node): string | undefined {
  if (
    !ts.isClassDeclaration(declaration) &&
    !ts.isFunctionDeclaration(declaration) &&
    !ts.isVariableDeclaration(declaration)
  )
    return undefined;
  return /\/node_modules\/@aws-sdk\/(client-[^/]+)\//.exec(declaration.getSourceFile().fileName)?.[1];
}
