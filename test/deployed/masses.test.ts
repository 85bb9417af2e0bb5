import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { LineAnswer, OrderAnswer, SummaryAnswer } from '../../shared/contracts/api.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { minus, plus } from '../../shared/domain/time.ts';
import type { Target } from '../scenarios/target.ts';
import { newOrder } from '../support/events.ts';
import { itemOf, line } from '../support/lines.ts';
import { until } from '../support/until.ts';
import { deployment } from './deployment.ts';
import { clientConfig, deployedTarget, functionAt } from './target.ts';

/* What the sweep makes of lines that the workflow has missed, many at once. */

const deployed = deployment();
const dynamoDb = new DynamoDBClient(clientConfig(deployed));
const lambda = new LambdaClient(clientConfig(deployed));
const now = new Date().toISOString();
const partnerId = `partner-${crypto.randomUUID().slice(0, 8)}`;

let target: Target;
let token: string;
beforeAll(async () => {
  target = await deployedTarget(deployed);
  token = await target.token({ partnerId, roles: ['resend'] });
});

/** Writes lines as they are after weeks that no test can wait for. */
async function write(lines: readonly OrderLine[]): Promise<void> {
  // DynamoDB takes 25 at a time.
  for (let from = 0; from < lines.length; from += 25) {
    const puts = lines.slice(from, from + 25).map((one) => ({
      PutRequest: { Item: marshall(itemOf(one), { removeUndefinedValues: true }) },
    }));
    await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [deployed.outputs.TableName]: puts } }));
  }
}

/** A line whose window of 30 days ends at some time, and whose first email was delivered. */
function awaiting(orderId: string, lineId: string, closesAt: string, changes: Partial<OrderLine> = {}) {
  const firstEmailSentAt = minus(closesAt, 'P30D');
  const email = `it@${orderId.toLowerCase()}.example`;
  const messageId = `${orderId}-${lineId}`;
  return line({
    orderId,
    lineId,
    subscriptionId: `Sub-${orderId}-${lineId}`,
    partnerId,
    offer: 'A-WX',
    window: 'P30D',
    provisioningContact: { email, locale: 'en' },
    requestedStartDate: firstEmailSentAt,
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt,
    closesAt,
    lastEmail: { messageId, to: email, sentAt: firstEmailSentAt, delivery: 'Delivered' },
    emailsSent: 1,
    ...changes,
  });
}

test('a sweep closes 500 lines whose window ran out unseen, and gives another the execution that reminds its contact', async () => {
  const [order, orderToRemind] = [newOrder(), newOrder()];
  const ranOut = minus(now, 'PT1H');
  await write([
    ...Array.from({ length: 500 }, (_, index) => awaiting(order, String(index + 1), ranOut)),
    awaiting(orderToRemind, '1', plus(now, 'P2D'), { reminders: ['P2D'], awaitsExecution: true }),
  ]);

  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: await functionAt(deployed, 'Sweep') }),
  );
  expect(FunctionError).toBeUndefined();

  const { lines } = await target.api.ok<OrderAnswer>(`/orders/${order}`, { token });
  const statusOf = ({ status, provisioningPending }: LineAnswer) =>
    `${status} ${String(provisioningPending)}`;
  expect([...new Set(lines.map(statusOf))]).toEqual(['Closed true']);
  expect(lines).toHaveLength(500);
  expect(await target.emails(`it@${order.toLowerCase()}.example`)).toEqual([]);

  await until(
    () => target.api.history(token, orderToRemind),
    ([last]) => last?.type === 'ProvisioningEmailSent',
  );
  const told = (await target.api.history(token, orderToRemind)).map(({ type, reason }) => [type, reason]);
  expect(told).toEqual([
    ['ProvisioningEmailSent', 'reminder'],
    ['ClosingSoon', undefined],
    ['Booked', undefined],
  ]);
  const reminders = await target.emails(`it@${orderToRemind.toLowerCase()}.example`);
  expect(reminders).toEqual([expect.objectContaining({ text: expect.stringContaining(orderToRemind) })]);

  const { byStatus } = await until(
    () => target.api.ok<SummaryAnswer>('/order-lines/summary', { token }),
    ({ byStatus: { Closed } }) => Closed === 500,
  );
  expect(byStatus).toMatchObject({ AwaitingProvisioningDetails: 1, Closed: 500 });
});
