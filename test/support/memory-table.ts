import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { fromAttributes, toAttributes } from '../../shared/adapters/attributes.ts';
import { type IndexName, indexes } from '../../shared/adapters/order-line-item.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';

type Item = Record<string, unknown>;
type Attributes = Record<string, AttributeValue>;

/** Makes one call of the table; it may wait before, fail instead, or fail after. */
export type Around = <Result>(
  command: string,
  call: () => Promise<Result>,
  input: unknown,
) => Promise<Result>;

/** Items as the API has them, each made once. */
const made = new WeakMap<Item, Attributes>();

const attributes = z
  .custom<Attributes>((given) => typeof given === 'object' && given !== null)
  .transform((given) => {
    const item = fromAttributes(given);
    made.set(item, given);
    return item;
  });
const tableKey = z.object({ pk: z.string(), sk: z.string() });
const key = attributes.pipe(tableKey);

const expressions = z.object({
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: attributes.default({}),
});
const input = {
  GetItemCommand: z.object({ Key: key }),
  PutItemCommand: expressions.extend({ Item: attributes }),
  UpdateItemCommand: expressions.extend({ Key: key, UpdateExpression: z.string() }),
  QueryCommand: expressions.extend({
    IndexName: z.custom<IndexName>((name) => typeof name === 'string' && name in indexes).optional(),
    KeyConditionExpression: z.string(),
    ExclusiveStartKey: attributes.pipe(tableKey.catchall(z.string())).optional(),
    Limit: z.int().optional(),
    ScanIndexForward: z.boolean().default(true),
  }),
  DeleteItemCommand: z.object({ Key: key }),
  ScanCommand: z.object({ Segment: z.int().default(0), TotalSegments: z.int().default(1) }),
  BatchGetItemCommand: z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(key) })) }),
};

const nameOf = ({ pk, sk }: { pk?: unknown; sk?: unknown }) => `${String(pk)} ${String(sk)}`;

/**
 * What JSON makes of it: as DynamoDB, it drops what is undefined, and nobody else holds a part of it. Since nobody can
 * change it, whoever reads it may have it as it is.
 */
const keptOf = (item: Item): Item => frozen(JSON.parse(JSON.stringify(item)) as Item);

function attributesOf(item: Item): Attributes {
  const known = made.get(item) ?? toAttributes(item);
  made.set(item, known);
  return known;
}

function frozen<Value extends object>(value: Value): Value {
  for (const part of Object.values(value) as unknown[])
    if (typeof part === 'object' && part !== null) frozen(part);
  return Object.freeze(value);
}

/**
 * DynamoDB's table in memory, for the calls and the forms of expressions that the product and its workflow use; any
 * other is an error. Each call happens as a whole, in one step.
 */
export class MemoryTable {
  readonly items = new Map<string, Item>();
  /** All that was ever written, each beside what it replaced. */
  readonly writes: { readonly before: Item | undefined; readonly after: Item }[] = [];

  put(item: Item): void {
    this.#keep(keptOf(item));
  }

  #keep(after: Item): void {
    const name = nameOf(after);
    this.writes.push({ before: this.items.get(name), after });
    this.items.set(name, after);
  }

  /** A client of the SDK whose calls lead here, without a network. */
  client(around: Around = (_, call) => call()): DynamoDBClient {
    const client = dynamoDbClient({
      region: 'local',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      // Sorting the middleware for each call would take longer than the call.
      cacheMiddleware: true,
    });
    // It prepares a log entry of each call, which nobody reads here and which takes as long as all the rest.
    client.middlewareStack.remove('loggerMiddleware');
    client.middlewareStack.add(
      (_next, { commandName = '' }) =>
        (args) =>
          around(
            commandName,
            () => {
              const output = this.#run(commandName, args.input);
              return Promise.resolve({ output: { ...output, $metadata: {} } as never, response: {} });
            },
            args.input,
          ),
      { name: 'memoryTable', step: 'initialize', priority: 'low' },
    );
    return client;
  }

  #run(command: string, given: unknown): object {
    switch (command) {
      case 'GetItemCommand':
        return { Item: this.#read(input[command].parse(given).Key) };
      case 'BatchGetItemCommand': {
        const requests = Object.entries(input[command].parse(given).RequestItems);
        const found = requests.map(([table, { Keys }]) => [
          table,
          Keys.map((one) => this.#read(one)).filter((item) => item !== undefined),
        ]);
        return { Responses: Object.fromEntries(found) as unknown };
      }
      case 'PutItemCommand': {
        const { Item: item, ...condition } = input[command].parse(given);
        this.#check(this.items.get(nameOf(item)), condition);
        // It was just read from the request, so nobody else holds a part of it.
        this.#keep(frozen(item));
        return {};
      }
      case 'UpdateItemCommand':
        return this.#update(input[command].parse(given));
      case 'DeleteItemCommand':
        this.items.delete(nameOf(input[command].parse(given).Key));
        return {};
      case 'ScanCommand': {
        const { Segment, TotalSegments } = input[command].parse(given);
        const items = [...this.items.values()].filter((_, place) => place % TotalSegments === Segment);
        return { Items: items.map(attributesOf) };
      }
      case 'QueryCommand':
        return this.#query(input[command].parse(given));
      default:
        throw new Error(`the table in memory knows no ${command}`);
    }
  }

  #read(at: z.output<typeof key>): Attributes | undefined {
    const item = this.items.get(nameOf(at));
    return item && attributesOf(item);
  }

  #check(item: Item | undefined, { ConditionExpression: text, ...rest }: z.output<typeof expressions>): void {
    if (text === undefined || conditionOf(text, rest)(item ?? {})) return;
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(item ? { Item: attributesOf(item) } : {}),
    });
  }

  #update({ Key, UpdateExpression, ...names }: z.output<(typeof input)['UpdateItemCommand']>): object {
    const known = this.items.get(nameOf(Key));
    this.#check(known, names);
    this.put(updated({ ...known, ...Key }, UpdateExpression, names));
    return {};
  }

  #query({
    IndexName,
    KeyConditionExpression,
    ExclusiveStartKey,
    Limit,
    ScanIndexForward,
    ...names
  }: Query): object {
    const sortKey = IndexName ? indexes[IndexName].sortKey : 'sk';
    const start = ExclusiveStartKey ? placeOf(ExclusiveStartKey, sortKey) : '';
    const items = [...this.items.values()]
      .filter(conditionOf(KeyConditionExpression, names))
      .map((item) => ({ item, place: placeOf(item, sortKey) }))
      .filter(({ place }) => place > start)
      .sort((a, b) => (a.place < b.place === ScanIndexForward ? -1 : 1))
      .slice(0, Limit)
      .map(({ item }) => item);
    const last = items.at(-1);
    return {
      Items: items.map(attributesOf),
      ...(last && items.length === Limit
        ? { LastEvaluatedKey: toAttributes({ ...tableKey.parse(last), [sortKey]: last[sortKey] }) }
        : {}),
    };
  }
}

type Query = z.output<(typeof input)['QueryCommand']>;
type Names = Omit<z.output<typeof expressions>, 'ConditionExpression'>;

const placeOf = (item: Item, sortKey: string) => `${String(item[sortKey])}\n${nameOf(item)}`;

/** One term of a condition: with names and values, whether it holds of an item. */
type Term = (names: Names) => (item: Item) => boolean;

/** The terms of the conditions that were asked for, of which the product has few. */
const conditions = new Map<string, readonly (readonly Term[])[]>();

/**
 * `a = :b AND attribute_not_exists(c)`, `a = :b AND c BETWEEN :d AND :e`, `a = :b AND begins_with(c, :d)`,
 * `attribute_not_exists(a) OR b > :c`
 */
function conditionOf(text: string, names: Names): (item: Item) => boolean {
  const alternatives =
    conditions.get(text) ??
    text
      .replace(/(\S+) BETWEEN (:\w+) AND (:\w+)/, '$1 >= $2 AND $1 <= $3')
      .split(' OR ')
      .map((alternative) => alternative.split(' AND ').map(termOf));
  conditions.set(text, alternatives);
  const asked = alternatives.map((terms) => terms.map((term) => term(names)));
  return (item) => asked.some((terms) => terms.every((holds) => holds(item)));
}

const optionalText = z.string().optional();

function termOf(text: string): Term {
  const [, absent] = /^attribute_not_exists\((\S+)\)$/.exec(text) ?? [];
  if (absent !== undefined)
    return (names) => {
      const name = attribute(absent, names);
      return (item) => item[name] === undefined;
    };
  const [, whole, beginning = ''] = /^begins_with\((\S+), (:\w+)\)$/.exec(text) ?? [];
  if (whole !== undefined)
    return (names) => {
      const [name, start] = [attribute(whole, names), String(names.ExpressionAttributeValues[beginning])];
      return (item) => optionalText.parse(item[name])?.startsWith(start) ?? false;
    };
  const [, path = '', operator = '', value = ''] = /^(\S+) (=|>|>=|<=|<) (:\w+)$/.exec(text) ?? [];
  const compare = comparisons[operator];
  if (!compare) throw new Error(`the table in memory knows no such condition: ${text}`);
  return (names) => {
    const [name, right] = [attribute(path, names), names.ExpressionAttributeValues[value]];
    return (item) => compare(item[name], right);
  };
}

const ofTexts =
  (compare: (left: string, right: string) => boolean) =>
  (left: unknown, right: unknown): boolean => {
    const text = optionalText.parse(left);
    return text !== undefined && compare(text, String(right));
  };

const comparisons: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '=': (left, right) => left !== undefined && left === right,
  '>': ofTexts((left, right) => left > right),
  '>=': ofTexts((left, right) => left >= right),
  '<': ofTexts((left, right) => left < right),
  '<=': ofTexts((left, right) => left <= right),
};

const attribute = (path: string, { ExpressionAttributeNames: names }: Names): string => names[path] ?? path;

/** `SET a = :b, c = list_append(c, :d), e = e + :f, g = if_not_exists(h, :i) REMOVE j, k` */
function updated(item: Item, text: string, names: Names): Item {
  const [, sets = '', removes = ''] = /^SET (.*) REMOVE (.*)$/.exec(text) ?? [];
  if (sets === '') throw new Error(`the table in memory knows no such update: ${text}`);
  const changed = { ...item };
  for (const set of sets.split(/, (?=[#\w]+ = )/)) {
    const [path = '', term = ''] = set.split(' = ');
    changed[attribute(path, names)] = resolve(term, item, names);
  }
  const removed = new Set(removes.split(', ').map((path) => attribute(path, names)));
  return Object.fromEntries(Object.entries(changed).filter(([name]) => !removed.has(name)));
}

const anyList = z.array(z.unknown());
const anyNumber = z.number();

function resolve(term: string, item: Item, names: Names): unknown {
  const value = (text: string) =>
    text.startsWith(':') ? names.ExpressionAttributeValues[text] : item[attribute(text, names)];
  const [, list, more] = /^list_append\((\S+), (\S+)\)$/.exec(term) ?? [];
  if (list !== undefined && more !== undefined)
    return [...anyList.parse(value(list)), ...anyList.parse(value(more))];
  const [, known, otherwise] = /^if_not_exists\((\S+), (\S+)\)$/.exec(term) ?? [];
  if (known !== undefined && otherwise !== undefined) return value(known) ?? value(otherwise);
  const [, left, right] = /^(\S+) \+ (\S+)$/.exec(term) ?? [];
  if (left !== undefined && right !== undefined)
    return anyNumber.parse(value(left)) + anyNumber.parse(value(right));
  return value(term);
}
