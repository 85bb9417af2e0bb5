import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { queryAll } from '../../shared/adapters/query-all.ts';

test('a query that takes several pages finds what is in all of them', async () => {
  const pages = [['1', '2'], [], ['3']];
  const client = dynamoDbClient({ region: 'local' });
  client.middlewareStack.add(
    (_, { commandName }) =>
      ({ input }) => {
        expect(commandName).toBe('QueryCommand');
        const start = (input as { ExclusiveStartKey?: { page: { N: string } } }).ExclusiveStartKey;
        const page = Number(start?.page.N ?? 0);
        const Items = pages[page]?.map((id) => ({ id: { S: id } }));
        const more = page < pages.length - 1 ? { LastEvaluatedKey: { page: { N: String(page + 1) } } } : {};
        return Promise.resolve({ output: { Items, ...more, $metadata: {} }, response: {} });
      },
    { step: 'initialize', priority: 'high' },
  );
  const items = await queryAll(client, { TableName: 'table', KeyConditionExpression: 'pk = :pk' });
  expect(items).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
});
