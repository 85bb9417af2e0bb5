import type { AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { indexes } from '../../shared/adapters/order-line-item.ts';

/* The table and its indexes, in the form in which DynamoDB creates them. */

export const keySchema = (partitionKey: string, sortKey: string): KeySchemaElement[] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];

/** The key attributes of the table and its indexes, each once. */
export const keyAttributes: AttributeDefinition[] = [
  ...new Set([
    'pk',
    'sk',
    ...Object.values(indexes).flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]),
  ]),
].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));

export const globalIndexes: GlobalSecondaryIndex[] = Object.entries(indexes).map(
  ([IndexName, { partitionKey, sortKey, projected }]) => ({
    IndexName,
    KeySchema: keySchema(partitionKey, sortKey),
    Projection:
      projected.length === 0
        ? { ProjectionType: 'KEYS_ONLY' }
        : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] },
  }),
);

/** The prefix of the keys under which dynalite stores the entries of a table's indexes. */
export const indexesOf = (tableName: string): string => `index-global~${tableName}~`;
