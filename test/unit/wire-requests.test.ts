import { createHash } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendEmailCommand } from '@aws-sdk/client-ses';
import type { SendMessageRequest } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { awsClients } from '../../infra/local/aws-clients.ts';
import { Faults } from '../../infra/local/faults.ts';
import { inProcess, jsonAnswer, sesError } from '../../infra/local/in-process.ts';
import { checked, refusedByAws } from '../../infra/local/wire/checked.ts';
import { defaults } from '../../infra/settings.ts';
import { deadLetters } from '../../shared/adapters/dead-letters.ts';
import { cursors } from '../../shared/adapters/line-lists.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { workflow } from '../../shared/adapters/workflow.ts';
import { mailSettings } from '../../shared/contracts/environment.ts';
import { emailAddress, identifier, plainText } from '../../shared/contracts/fields.ts';
import { emailKinds } from '../../shared/domain/email-kinds.ts';
import { locales } from '../../shared/domain/order-line.ts';
import { writeEmail } from '../../shared/emails/write-email.ts';
import { daysAfter, line, now } from '../support/lines.ts';

/*
 * What the product accepts, AWS must accept: with anything that the fields of events, API and settings take, up to their
 * limits, no request is one that AWS would refuse. The clients are those of the local runtime, before services that
 * check each request and keep nothing.
 */

const answering = (output: object) => () => Promise.resolve(jsonAnswer(output));
const nowhere = () => Promise.reject(new Error('nothing is asked'));

const { ses, sfn, sqs, dynamoDb } = awsClients(
  {
    dynamoDb: checked(answering({ Items: [], Responses: {} })),
    ses: () =>
      Promise.resolve({
        status: 200,
        body: '<a><SendEmailResult><MessageId>message</MessageId></SendEmailResult></a>',
      }),
    sesV2: nowhere,
    sfn: answering({ status: 'RUNNING' }),
    sqs: ({ input }) => {
      const { MessageBody = '' } = input as SendMessageRequest;
      // SQS proves with it that it got the whole message.
      return Promise.resolve(
        jsonAnswer({ MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }),
      );
    },
    eventBridge: nowhere,
  },
  new Faults(),
);

const takenBy = (schema: { safeParse(value: unknown): { success: boolean } }) => (value: unknown) =>
  schema.safeParse(value).success;

/** Text up to so many characters as people write it, in any script, and as nobody does. */
const text = (max: number) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: max }),
      fc
        .constantFrom('プロ', '🙂', '👩‍💻', 'é', '"', "'", '&', 'Ω', 'a,b;', '=?UTF-8?B?', '\\')
        .map((part) => part.repeat(Math.floor(max / part.length))),
    )
    .filter(takenBy(plainText(max)));

const id = fc
  .oneof(fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/), fc.stringMatching(/^[A-Za-z0-9._-]{64}$/))
  .filter(takenBy(identifier));

const label = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  fc.constantFrom('x'.repeat(63), 'xn--bcher-kva', '-', `x-`, 'x'.repeat(64)),
);
const address = fc
  .tuple(
    fc.oneof(fc.stringMatching(/^[A-Za-z0-9_'+.-]{1,64}$/), fc.constant("o'b+_-.x")),
    fc.array(label, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('com', 'JP', 'museum', 'xn--p1ai'),
  )
  .map(([local, labels, top]) => `${local}@${[...labels, top].join('.')}`)
  .filter(takenBy(emailAddress));

const contact = fc.record({
  email: address,
  name: fc.option(text(200), { nil: undefined }),
  locale: fc.constantFrom(...locales),
});

const settings = fc
  .record({
    senderAddress: address,
    senderName: text(100),
    setupLink: fc.constantFrom(
      defaults.mail.setupLink,
      `https://example.com/?o={orderId}&x=${'y'.repeat(400)}`,
    ),
    replyToPlacedBy: fc.boolean(),
    timeZones: fc.constantFrom(defaults.mail.timeZones),
    brand: text(40),
    postalLine: text(100),
    supportAddress: address,
  })
  .filter(takenBy(mailSettings));

test('every email can leave', async () => {
  const input = fc.record({
    orderId: id,
    lineId: id,
    subscriptionId: id,
    offer: id,
    customer: text(200),
    placedBy: fc.record({ name: text(200), email: address }),
    to: contact,
    kind: fc.constantFrom(...emailKinds),
    settings,
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ customer, to, kind, settings, ...fields }) => {
      const { name, ...unnamed } = to;
      const recipient = name === undefined ? unnamed : { ...unnamed, name };
      const claim = {
        id: crypto.randomUUID(),
        kind,
        to: recipient,
        actor: 'a',
        owner: 'o',
        at: now,
        until: now,
      };
      const email = await writeEmail(line({ ...fields, endCustomer: { name: customer } }), claim, settings);
      expect(await mail(ses, 'configuration-set').send(email)).toEqual({
        outcome: 'accepted',
        messageId: 'message',
      });
    }),
  );
});

test('every line has executions, in every partition and region, with the longest name of a state machine', async () => {
  const arn = `arn:aws-us-gov:states:us-gov-west-1:111111111111:stateMachine:${'m'.repeat(80)}`;
  const executions = workflow(sfn, arn);
  const input = fc.record({
    orderId: id,
    lineId: id,
    requestedStartDate: fc.constant('2199-12-31T23:59:59.999Z'),
    revision: fc.integer({ min: 1, max: 999_999_999 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async (started) => {
      await executions.start(started);
      await executions.stop(started, started.revision);
      expect(await executions.isRunning(started, started.revision)).toBe(true);
    }),
  );
});

test('every event can become a dead letter', async () => {
  const letters = deadLetters(sqs, 'https://sqs.eu-central-1.amazonaws.com/111111111111/dead-letters');
  const reason = fc.oneof(text(3000), fc.constant(`x${'🙂'.repeat(1000)}`));
  const event = fc.json({
    stringUnit: fc.constantFrom('a', '語', '🙂', '"', '\\', '\n', '\0', '\ufffe', '\uffff'),
  });
  await fc.assert(fc.asyncProperty(event, reason, (body, why) => letters.keep(body, why)));
});

test('every line can be kept, found and listed', async () => {
  const store = orderLineStore(dynamoDb, 'T'.repeat(255), defaults.settledLineDays);
  const input = fc.record({ orderId: id, lineId: id, subscriptionId: id, offer: id, partnerId: id });
  const instant = fc.constantFrom('2199-12-31T23:59:59.999Z', undefined);
  await fc.assert(
    fc.asyncProperty(input, contact, instant, text(254), async (key, to, closesAt, word) => {
      const { name, ...unnamed } = to;
      const provisioningContact = name === undefined ? unnamed : { ...unnamed, name };
      const kept = line({
        ...key,
        provisioningContact,
        ...(closesAt === undefined ? {} : { status: 'AwaitingProvisioningDetails', closesAt }),
      });
      await store.change(await store.find(kept), () => ({ line: kept }));
      await store.findOrder(key.orderId);
      const onboarding = { organizationId: word, onboardedAt: now };
      await store.recordOnboarding(key.orderId, onboarding, now);
      await store.keepOnboarding(key.orderId, onboarding, now);
      await store.list({ partnerId: key.partnerId, limit: 100 });
      await store.list({ partnerId: key.partnerId, limit: 100, word });
    }),
    { numRuns: 30 },
  );
  for await (const due of store.listDue('started', { after: daysAfter(-1), by: now }))
    expect(due).toBeUndefined();
});

test('a list goes on after the longest place that a cursor may name', async () => {
  const longest = `~2199-12-31T23:59:59.999Z#${'x'.repeat(250)}#1`;
  const after = cursors.decode(cursors.encode(longest));
  expect(after).toBe(longest);
  const store = orderLineStore(dynamoDb, 'lines', defaults.settledLineDays);
  const found = await store.list({
    partnerId: 'northwind',
    limit: 25,
    ...(after === undefined ? {} : { after }),
  });
  expect(found.lines).toEqual([]);
});

describe('a call that AWS would refuse', () => {
  const { error } = console;
  let logged: string[];
  beforeEach(() => {
    logged = [];
    console.error = (text: unknown) => logged.push(String(text));
  });
  afterEach(() => {
    console.error = error;
  });

  const email = (to: string) =>
    new SendEmailCommand({
      Source: 'a@example.com',
      Destination: { ToAddresses: [to] },
      Message: { Subject: { Data: 'a' }, Body: { Text: { Data: 'a' } } },
    });
  const empty = new GetItemCommand({ TableName: 'lines', Key: { pk: { S: '' }, sk: { S: 'LINE#1' } } });

  test.each([
    ['ses', () => ses.send(email('nobody')), 'InvalidParameterValue', 'Destination.ToAddresses.0 must have'],
    ['dynamodb', () => dynamoDb.send(empty), 'ValidationException', 'Key.pk.S must not be empty'],
  ])('fails as there, and is logged: %s', async (_service, call, name, message) => {
    await expect(call()).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect(logged).toEqual([expect.stringMatching(new RegExp(`^${refusedByAws} .*${message}`))]);
  });

  test('says why, with whatever characters', async () => {
    const why = 'a & b <c> <=1 &amp;';
    const client = sesClient({
      ...inProcess(() => Promise.resolve(sesError('MessageRejected', why))),
      endpoint: 'http://127.0.0.1',
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await expect(client.send(email('it@example.com'))).rejects.toThrow(why);
  });
});
