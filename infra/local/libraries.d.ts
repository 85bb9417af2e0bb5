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
  /** The entries of an item in indexes, and those that it had with an earlier content. */
  function getIndexActions(
    indexes: readonly object[],
    before: object | undefined,
    item: object,
    table: object,
  ): { readonly puts: readonly Entry[]; readonly deletes: readonly Omit<Entry, 'item'>[] };
  export default { getIndexActions };
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  import type { AdapterFactory } from 'oidc-provider';

  export function createMemoryAdapter(clockTolerance: number): AdapterFactory;
}
