import { type AwsRequest, checkRequest, readRequest } from '../../infra/local/wire/check-request.ts';

const json = (target: string, input: unknown): AwsRequest =>
  readRequest({ headers: { 'x-amz-target': target }, body: JSON.stringify(input) });
const form = (fields: Record<string, string>): AwsRequest =>
  readRequest({
    headers: {},
    body: new URLSearchParams({ Version: '2010-12-01', ...fields }).toString(),
  });

const email = {
  Action: 'SendEmail',
  Source: 'Subscription provisioning <provisioning@example.com>',
  'Destination.ToAddresses.member.1': 'it@example.com',
  'Message.Subject.Data': 'サブスクリプション',
  'Message.Body.Text.Data': 'text',
  'Tags.member.1.Name': 'orderId',
  'Tags.member.1.Value': 'ORD-1_a',
  ConfigurationSetName: 'provisioning',
};
const sendEmail = (changes: Record<string, string>) => form({ ...email, ...changes });

const execution = {
  stateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:OrderLine',
  name: 'ORD-1_1-0123456789abcdef-1',
  input: '{}',
};
const startExecution = (changes: object) =>
  json('AWSStepFunctions.StartExecution', { ...execution, ...changes });

const message = { QueueUrl: 'https://sqs.example/queue', MessageBody: '{}' };
const sendMessage = (changes: object) => json('AmazonSQS.SendMessage', { ...message, ...changes });

const item = (changes: object = {}) => ({ pk: { S: 'ORD-1' }, sk: { S: 'line#1' }, ...changes });
const putItem = (Item: object, more: object = {}) =>
  json('DynamoDB_20120810.PutItem', { TableName: 'lines', Item, ...more });
const batchGet = (Keys: object[]) =>
  json('DynamoDB_20120810.BatchGetItem', { RequestItems: { lines: { Keys } } });
const query = (value: object, condition = 'pk = :key') =>
  json('DynamoDB_20120810.Query', {
    TableName: 'lines',
    KeyConditionExpression: condition,
    ExpressionAttributeValues: { ':key': value },
  });

const kana = (count: number, text = 'あ') =>
  `=?UTF-8?B?${Buffer.from(text.repeat(count)).toString('base64')}?= <a@example.com>`;
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => item({ sk: { S: `line#${index}` } }));

test.each([
  ['an email', sendEmail({})],
  ['an email with a name of encoded words', sendEmail({ Source: kana(15) })],
  [
    'an email to an address with a plus',
    sendEmail({ 'Destination.ToAddresses.member.1': "o'b+1@a-b.xn--p1ai" }),
  ],
  ['an execution', startExecution({})],
  [
    'a message',
    sendMessage({ MessageAttributes: { reason: { DataType: 'String', StringValue: '文字 🙂' } } }),
  ],
  ['an item', putItem(item({ history: { L: [{ M: { at: { S: '' } } }] }, emailsSent: { N: '1' } }))],
  ['a query', query({ S: 'ORD-1' })],
  ['100 keys', batchGet(many(100))],
])('%s passes', (_, request) => {
  expect(checkRequest(request)).toBeUndefined();
});

describe('what the service model says is refused', () => {
  test.each([
    [
      'a member that is missing',
      startExecution({ stateMachineArn: undefined }),
      'stateMachineArn',
      'missing',
    ],
    ['a member that it lacks', startExecution({ revision: 1 }), 'revision', 'not known'],
    [
      'a text that is too long',
      startExecution({ stateMachineArn: 'a'.repeat(257) }),
      'stateMachineArn',
      '<=256',
    ],
    ['a text that is too short', startExecution({ stateMachineArn: '' }), 'stateMachineArn', '>=1'],
    ['a number for a text', startExecution({ input: 7 }), 'input', 'expected string'],
    [
      'another value than the known',
      putItem(item(), { ReturnValues: 'EVERYTHING' }),
      'ReturnValues',
      'one of',
    ],
    ['another type inside', putItem(item({ emailsSent: { N: 1 } })), 'Item.emailsSent.N', 'expected string'],
    ['more list items than allowed', batchGet(many(101)), 'RequestItems.lines.Keys', '<=100'],
    [
      'a text of another pattern',
      json('DynamoDB_20120810.Query', { TableName: 'lines', IndexName: 'by state' }),
      'IndexName',
      'pattern',
    ],
    [
      'a member of a form that is missing',
      form({ Action: 'SendEmail', Source: 'a@example.com' }),
      'Message',
      'missing',
    ],
    [
      'a member of a form that it lacks',
      sendEmail({ 'Tags.member.1.Colour': 'red' }),
      'Tags.0.Colour',
      'not known',
    ],
    ['an operation without a model', json('AmazonSQS.PurgeQueue', {}), '', 'has no model'],
  ])('%s', (_, request, path, message) => {
    expect(checkRequest(request)?.errors).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});

describe('what only the documentation says is refused', () => {
  const recipient = 'Destination.ToAddresses.member.1';
  test.each([
    ['a tag with a dot', sendEmail({ 'Tags.member.1.Value': 'ORD.1' }), 'Tags.0.Value'],
    ['a tag without a value', sendEmail({ 'Tags.member.1.Value': '' }), 'Tags.0.Value'],
    ['a tag of 257', sendEmail({ 'Tags.member.1.Value': 'x'.repeat(257) }), 'Tags.0.Value'],
    [
      'two tags of a name',
      sendEmail({ 'Tags.member.2.Name': 'orderId', 'Tags.member.2.Value': 'x' }),
      'Tags',
    ],
    [
      'an address that is not ASCII',
      sendEmail({ [recipient]: 'jäne@example.com' }),
      'Destination.ToAddresses.0',
    ],
    ['a local part of 65', sendEmail({ [recipient]: `${'x'.repeat(65)}@a.de` }), 'Destination.ToAddresses.0'],
    ['a label of 64', sendEmail({ [recipient]: `a@${'x'.repeat(64)}.de` }), 'Destination.ToAddresses.0'],
    [
      '51 recipients',
      sendEmail(
        Object.fromEntries(many(51).map((_, i) => [`Destination.ToAddresses.member.${i + 1}`, 'a@b.de'])),
      ),
      'Destination',
    ],
    ['a sender of more than 320', sendEmail({ Source: `${'n'.repeat(310)} <a@example.com>` }), 'Source'],
    ['an encoded word of more than 75', sendEmail({ Source: kana(16) }), 'Source'],
    [
      'a character in two encoded words',
      sendEmail({ Source: '=?UTF-8?B?44E=?= =?UTF-8?B?gg==?= <a@b.de>' }),
      'Source',
    ],
    ['a name with a comma', sendEmail({ Source: 'Cisco, Inc <a@b.de>' }), 'Source'],
    [
      'a subject of two lines',
      sendEmail({ 'Message.Subject.Data': 'a\r\nBcc: b@c.de' }),
      'Message.Subject.Data',
    ],
    [
      'a subject of 999 bytes',
      sendEmail({ 'Message.Subject.Data': 'x'.repeat(999) }),
      'Message.Subject.Data',
    ],
    [
      'a message of more than 10 MB',
      sendEmail({ 'Message.Body.Text.Data': 'x'.repeat(8_000_000) }),
      'Message',
    ],
    ['a configuration set with a dot', sendEmail({ ConfigurationSetName: 'a.b' }), 'ConfigurationSetName'],
    ['an execution with a dot in its name', startExecution({ name: 'ORD.1' }), 'name'],
    [
      'an input of more than 256 KiB',
      startExecution({ input: JSON.stringify('あ'.repeat(90_000)) }),
      'input',
    ],
    ['an input that is not JSON', startExecution({ input: '' }), 'input'],
    ['an empty message', sendMessage({ MessageBody: '' }), 'MessageBody'],
    ['a control character', sendMessage({ MessageBody: String.fromCharCode(1) }), 'MessageBody'],
    ['half a character', sendMessage({ MessageBody: '\ud83d' }), 'MessageBody'],
    [
      'an empty attribute',
      sendMessage({ MessageAttributes: { reason: { DataType: 'String', StringValue: '' } } }),
      'MessageAttributes.reason.StringValue',
    ],
    [
      'an attribute in the name of AWS',
      sendMessage({ MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: 'x' } } }),
      'MessageAttributes',
    ],
    ['a message of more than 1 MiB', sendMessage({ MessageBody: 'x'.repeat(1_048_575) }), ''],
    ['an empty key', putItem(item({ pk: { S: '' } })), 'Item.pk.S'],
    ['an empty key of an index', putItem(item({ contactWord: { S: '' } })), 'Item.contactWord.S'],
    ['a sort key of more than 1024 bytes', putItem(item({ sk: { S: 'あ'.repeat(342) } })), 'Item.sk.S'],
    ['a comparison with an empty key', query({ S: '' }), ''],
    ['a comparison with a sort key that is too long', query({ S: 'x'.repeat(1025) }, '#sort > :key'), ''],
    [
      'an expression of more than 4 KB',
      query({ S: 'x' }, `pk = :key${' '.repeat(4096)}`),
      'KeyConditionExpression',
    ],
    ['one key twice', batchGet([item(), item()]), 'RequestItems.lines.Keys'],
  ])('%s', (_, request, path) => {
    expect(checkRequest(request)?.errors).toContainEqual({ path, message: expect.stringContaining('must ') });
  });
});

test('what is refused names no value, which may be personal data', () => {
  const secret = 'jane.doe';
  const bad = sendEmail({
    Source: `${secret}\u00e9 <x`,
    'Destination.ToAddresses.member.1': `${secret}@é`,
    'Tags.member.1.Value': `${secret}.`,
  });
  expect(JSON.stringify(checkRequest(bad))).not.toContain(secret);
  expect(checkRequest(bad)?.errors.length).toBeGreaterThanOrEqual(3);
});
