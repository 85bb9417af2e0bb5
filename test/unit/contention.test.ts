import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { toItem } from '../../shared/adapters/order-line-item.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { line } from '../support/lines.ts';

test('a write that is lost each time pauses before each further try, at random, and gives up in 2.1 s', async () => {
  const client = dynamoDbClient({ region: 'local' });
  const stored = toItem(line(), 7);
  const Item = marshall(stored, { removeUndefinedValues: true });
  client.middlewareStack.add(
    (_, { commandName }) =>
      () => {
        if (commandName === 'GetItemCommand')
          return Promise.resolve({ output: { Item: stored, $metadata: {} }, response: {} });
        throw new ConditionalCheckFailedException({ message: '', Item, $metadata: {} });
      },
    { step: 'initialize', priority: 'high' },
  );
  const pauses: number[] = [];
  const store = orderLineStore(client, 'table', (milliseconds) => Promise.resolve(pauses.push(milliseconds)));

  const update = store.update(line(), () => ({ line: line(), result: 'written' }));

  await expect(update).rejects.toMatchObject({ name: 'LineContended' });
  expect(pauses).toHaveLength(29);
  expect(new Set(pauses).size).toBeGreaterThan(20);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(80);
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(2100);
});
