import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Webhook as Verifier } from 'standardwebhooks';
import { sources } from '../../shared/contracts/events.ts';
import type { WebhookAttemptsAnswer, WebhookWithSecretAnswer } from '../../shared/contracts/webhook-api.ts';
import type { Target } from '../scenarios/target.ts';
import { eventsIn, type PublishedEvent } from '../support/client.ts';
import { booked, cancelled, newOrder, partner } from '../support/events.ts';
import { startReceiver } from '../support/receiver.ts';
import { tellable, toldBy } from '../support/told-line.ts';
import { until } from '../support/until.ts';
import { deployment } from './deployment.ts';
import { clientConfig, deployedTarget, functionVariables } from './target.ts';

/* What other systems are told, from the table's stream on: on the bus, and by webhooks. */

const deployed = deployment();
const bus = new EventBridgeClient(clientConfig(deployed));
const sqs = new SQSClient(clientConfig(deployed));

let target: Target;
let token: string;
beforeAll(async () => {
  target = await deployedTarget(deployed);
  token = await target.token({ partnerId: partner, roles: ['resend'] });
});

const lineThat = async (orderId: string, status: string) =>
  (
    await until(
      () => target.api.line(token, orderId),
      ({ body }) => body.status === status,
    )
  ).body;

/** A queue of another system, behind a rule on the product's bus. */
async function subscribe(): Promise<string> {
  const name = `subscriber-${crypto.randomUUID()}`;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const onBus = { EventBusName: deployed.outputs.EventBusArn.split('/').at(-1) };
  await bus.send(
    new PutRuleCommand({ ...onBus, Name: name, EventPattern: JSON.stringify({ source: [sources.product] }) }),
  );
  await bus.send(
    new PutTargetsCommand({ ...onBus, Rule: name, Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn }] }),
  );
  return QueueUrl;
}

/** The next events of a queue about an order, as they were put on the bus. */
async function receive(QueueUrl: string, orderId: string): Promise<readonly PublishedEvent[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => JSON.parse(Body) as PublishedEvent).filter(
    ({ detail }) => detail.orderId === orderId,
  );
}

test('what is written to a line is told on the bus, in order, and of nobody', async () => {
  const queue = await subscribe();
  const orderId = newOrder();
  await target.send(booked(orderId, { offer: 'A-WX' }));
  await lineThat(orderId, 'AwaitingProvisioningDetails');
  expect((await target.api.resend(token, orderId)).status).toBe(200);
  await target.send(cancelled(orderId));
  const line = await lineThat(orderId, 'Cancelled');

  const events: PublishedEvent[] = [];
  await until(
    async () => {
      events.push(...(await receive(queue, orderId)));
      return events.map((event) => event['detail-type']);
    },
    (types) => types.at(-1) === 'Order Line Cancelled',
  );
  expect(events.map((event) => event['detail-type'])).toEqual([
    'Order Line Scheduled',
    'Order Line Email Sent',
    'Order Line Email Sent',
    'Order Line Cancelled',
  ]);
  expect(toldBy(eventsIn(events))).toEqual(tellable(line));
  expect(new Set(events.map(({ detail }) => detail.id)).size).toBe(events.length);
  // The emulator's own message ids have an @.
  expect(JSON.stringify(events)).not.toMatch(/\.example|Joanna|Maya|Alder/);
});

test("a partner's system gets it by a signed webhook", async () => {
  // Of nobody else: what is told late of other tests' lines stays out.
  const partnerId = 'tailspin';
  const token = await target.token({ partnerId, roles: ['resend'] });
  const receiver = await startReceiver();
  const delivering = await functionVariables(deployed, 'WebhooksDeliverWebhooks');
  await delivering.change(receiver.variables);
  try {
    const { webhook, secret } = await target.api.ok<WebhookWithSecretAnswer>('/webhooks', {
      method: 'POST',
      token,
      json: { url: receiver.url, events: ['order_line.scheduled', 'order_line.cancelled'] },
    });
    const orderId = newOrder();
    await target.send(booked(orderId, { partnerId }));
    const path = `/webhooks/${webhook.webhookId}`;
    const { items } = await until(
      () => target.api.ok<WebhookAttemptsAnswer>(`${path}/deliveries`, { token }),
      (log) => log.items.length > 0,
    );
    expect(items).toEqual([expect.objectContaining({ orderId, result: 'delivered', status: 204 })]);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    const signed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
    );
    expect(new Verifier(secret).verify(body, signed)).toMatchObject({
      type: 'order_line.scheduled',
      data: { orderId, lineId: '1' },
    });
    await target.api.ok(path, { method: 'DELETE', token });
  } finally {
    await delivering.change({});
    await receiver.close();
  }
});
