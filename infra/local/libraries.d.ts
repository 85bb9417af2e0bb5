declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }
  export default function dynalite(options: Options): Server;
}

declare module 'dynalite/db/index.js' {
  interface Entry {
    readonly index: string;
    readonly key: string;
    readonly item: object;
  }
  /** An item in the form of DynamoDB's API. */
  export type Item = Readonly<Record<string, { readonly S?: string }>>;
  /** What dynalite stores about a table. */
  export interface Table {
    readonly TableName: string;
    readonly GlobalSecondaryIndexes?: readonly {
      readonly KeySchema: readonly { readonly AttributeName: string }[];
      readonly Projection: { readonly NonKeyAttributes?: readonly string[] };
    }[];
  }
  /** The LevelDB of a store, as dynalite uses it: with callbacks where it accepts any. */
  export interface Database {
    put(key: string, value: Item, done: (error: Error | null) => void): void;
    get(key: string, done: (error: Error | null, item: Item | undefined) => void): void;
    getSync(key: string): Item | undefined;
    getSync(key: string, options: { readonly valueEncoding: 'utf8' }): string | undefined;
    del(key: string, done: (error: Error | null) => void): void;
    batch(
      changes: readonly (
        | {
            readonly type: 'put';
            readonly key: string;
            readonly value: string;
            readonly valueEncoding: 'utf8';
          }
        | { readonly type: 'del'; readonly key: string }
      )[],
    ): Promise<void>;
    clear(range: object): Promise<void>;
    close(): Promise<void>;
    keys(range: object): { all(): Promise<string[]> };
    iterator(range: object): { all(): Promise<[string, unknown][]> };
  }
  export interface Store {
    readonly db: Database;
  }
  /** Functions that dynalite calls through these names of its module. */
  interface Functions {
    /** The index entries of an item, and those of its previous content. */
    getIndexActions: (
      indexes: readonly object[],
      before: object | null | undefined,
      item: object | null | undefined,
      table: object,
    ) => { readonly puts: readonly Entry[]; readonly deletes: readonly Omit<Entry, 'item'>[] };
    /** Creates the store of a server. */
    create: (options: object) => Store;
    /** Writes the index entries of an item, right before the item itself is written. */
    updateIndexes: (
      store: Store,
      table: Table,
      before: Item | null | undefined,
      after: Item | null | undefined,
      done: (error: Error | null) => void,
    ) => void;
  }
  const functions: Functions;
  export default functions;
}

declare module 'dynalite/validations/index.js' {
  export interface AttributeValue {
    readonly M?: Readonly<Record<string, AttributeValue>>;
    readonly L?: readonly AttributeValue[];
    readonly [type: string]: unknown;
  }
  /** Returns what is wrong with a value of an item, and normalizes its numbers. */
  export type ValidateAttributeValue = (value: AttributeValue) => string | undefined;
  const functions: { validateAttributeValue: ValidateAttributeValue };
  export default functions;
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  import type { AdapterFactory } from 'oidc-provider';

  export function createMemoryAdapter(clockTolerance: number): AdapterFactory;
}
