export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * A description of the API that means the same, and names values that exist beside the schema of each parameter and
 * property: made at random, an id would lead to nothing nearly always.
 */
export function withKnownValues(description: Json, known: Readonly<Record<string, string[]>>): Json {
  const either = (name: string, schema: Json): Json => {
    const values = known[name];
    return values ? { anyOf: [{ enum: values }, schema] } : schema;
  };
  const walk = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    if ('in' in node && typeof node['name'] === 'string') {
      return { ...node, schema: either(node['name'], node['schema'] ?? {}) };
    }
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, walk(value)]));
  };
  return walk(description);
}
