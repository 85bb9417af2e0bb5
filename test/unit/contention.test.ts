import { inspect } from 'node:util';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { defaults } from '../../infra/settings.ts';
import { dynamoDbClient, LineNotWritten, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { itemOf, line } from '../support/lines.ts';

test('a write that is lost each time pauses before each further try, at random, and gives up in 2.1 s', async () => {
  const client = dynamoDbClient({ region: 'local' });
  const stored = itemOf({ ...line(), version: 7 });
  const Item = marshall(stored, { removeUndefinedValues: true });
  client.middlewareStack.add(
    (_, { commandName }) =>
      () => {
        if (commandName === 'GetItemCommand')
          return Promise.resolve({ output: { Item, $metadata: {} }, response: {} });
        throw new ConditionalCheckFailedException({ message: '', Item, $metadata: {} });
      },
    { step: 'initialize', priority: 'high' },
  );
  const pauses: number[] = [];
  const store = orderLineStore(client, 'table', defaults.settledLineDays, (milliseconds) =>
    Promise.resolve(pauses.push(milliseconds)),
  );

  const change = store.change(await store.find(line()), () => ({ line: line() }));

  const fault: unknown = await change.catch((error: unknown) => error);
  if (!(fault instanceof LineNotWritten)) throw fault;
  expect(fault.name).toBe('LineContended');
  expect(fault.line).toEqual({ ...line(), version: 8 });
  // Lambda prints all that it can see of an error, and names and addresses are not for logs.
  expect(Object.keys(fault)).toEqual(['name']);
  expect(inspect(fault)).not.toContain(line().provisioningContact.email);
  expect(pauses).toHaveLength(29);
  expect(new Set(pauses).size).toBeGreaterThan(20);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(80);
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(2100);
});
