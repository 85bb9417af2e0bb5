import * as z from 'zod';
import { indexes } from '../../../shared/adapters/order-line-item.ts';

/*
 * What AWS refuses or changes according to its documentation only: its service models leave it out, and emulators let
 * it through. Each rule names its source.
 */

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');
const atMostBytes = (most: number, source: string) =>
  z.string().refine((text) => bytes(text) <= most, `must have at most ${most} bytes of UTF-8 (${source})`);

/** A map whose keys all match a pattern. */
const keyed = <Schema extends z.ZodType>(values: Schema, pattern: RegExp, message: string) =>
  z.record(z.string(), values).refine((map) => Object.keys(map).every((key) => pattern.test(key)), message);

const kilobyte = 1024;

// Amazon SES

/** RFC 1035: labels of at most 63 letters, digits and hyphens, no hyphen at their ends. */
const domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** RFC 5322: a dot-atom, which is all that the product accepts. */
const local = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const encodedWord = /=\?([^?\s]+)\?B\?([^?\s]*)\?=/gi;

function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [before, after] = [text.slice(0, at), text.slice(at + 1)];
  return at > 0 && at <= 64 && after.length <= 255 && local.test(before) && domain.test(after);
}

const isWholeText = (base64: string): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
    return true;
  } catch {
    return false;
  }
};

/** `address` or `name <address>`. */
const mailbox = z
  .string()
  .regex(
    /^[\x20-\x7e]+$/,
    'must be printable ASCII (API_SendEmail: other domains as punycode, other names as encoded words)',
  )
  .max(
    320,
    'must have at most 320 characters, with the name as it is encoded ("Address length is more than 320 bytes long", https://github.com/zulip/zulip/issues/17558)',
  )
  .refine(
    (text) => isAddress(/<([^<>]*)>$/.exec(text)?.[1] ?? text),
    'must have an address of a local part of at most 64 characters and a domain with labels of at most 63 (RFC 5321, RFC 1035)',
  )
  .refine(
    (text) => [...text.matchAll(encodedWord)].every(([word]) => word.length <= 75),
    'must have encoded words of at most 75 characters (RFC 2047, 2)',
  )
  .refine(
    (text) => [...text.matchAll(encodedWord)].every(([, , base64 = '']) => isWholeText(base64)),
    'must have encoded words of whole characters (RFC 2047, 5)',
  )
  .refine(
    (text) => !/[()<>[\]:;@\\,."]/.test((/^(.*) <[^<>]*>$/.exec(text)?.[1] ?? '').replace(encodedWord, '')),
    'must have a name of atoms or encoded words (RFC 5322, 3.2.3)',
  );

const tagText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,256}$/, 'must be 1 to 256 of A-Z a-z 0-9 _ - (SES API, MessageTag)');

/** A message is measured in Base64, which has 4 characters for 3 bytes. */
const mostOfMessage = (10 * kilobyte * kilobyte * 3) / 4;

const recipients = z
  .looseObject({
    ToAddresses: z.array(mailbox).default([]),
    CcAddresses: z.array(mailbox).default([]),
    BccAddresses: z.array(mailbox).default([]),
  })
  .refine(({ ToAddresses, CcAddresses, BccAddresses }) => {
    const { length } = [...ToAddresses, ...CcAddresses, ...BccAddresses];
    return length > 0 && length <= 50;
  }, 'must have 1 to 50 recipients (API_SendEmail)');

const messageParts = {
  Subject: z.looseObject({
    Data: atMostBytes(998, 'RFC 5322, 2.1.1').refine(
      (text) => !/\p{Cc}/u.test(text),
      'must not have control characters (RFC 5322, 2.2)',
    ),
  }),
  Body: z
    .record(z.string(), z.looseObject({ Data: z.string() }))
    .refine((parts) => Object.keys(parts).length > 0, 'must have a text or HTML part (API_Body)'),
};

/** The second API accepts 40 MB, which no email comes near. */
const isSmall = (message: unknown): boolean => bytes(JSON.stringify(message)) <= mostOfMessage;
const tooLarge = 'must have at most 10 MB in base64 (SES quotas, API v1)';

const configurationSet = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ - (SES API, ConfigurationSet)')
  .exactOptional();

const messageTags = z
  .array(z.looseObject({ Name: tagText, Value: tagText }))
  .refine((tags) => new Set(tags.map(({ Name }) => Name)).size === tags.length, 'must have unique names')
  .exactOptional();

const sendEmail = z.looseObject({
  Source: mailbox,
  Destination: recipients,
  Message: z.looseObject(messageParts).refine(isSmall, tooLarge),
  ConfigurationSetName: configurationSet,
  Tags: messageTags,
});

/** The same in the second API. */
const sendEmailV2 = z.looseObject({
  FromEmailAddress: mailbox,
  Destination: recipients,
  Content: z.looseObject({ Simple: z.looseObject(messageParts).refine(isSmall, tooLarge) }),
  ConfigurationSetName: configurationSet,
  EmailTags: messageTags,
});

// AWS Step Functions

const startExecution = z.looseObject({
  name: z
    .string()
    .regex(
      /^[0-9A-Za-z_-]{1,80}$/,
      'must be 1 to 80 of 0-9 A-Z a-z _ -, or CloudWatch has no logs of the execution (API_StartExecution, name)',
    ),
  input: atMostBytes(256 * kilobyte, 'API_StartExecution, input: measured in UTF-8').refine((text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }, 'must be JSON (API_StartExecution, InvalidExecutionInput)'),
});

// Amazon SQS

const messageText = z
  .string()
  .min(1, 'must not be empty (SQS quotas, API_MessageAttributeValue)')
  .regex(
    /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u,
    'must only have characters that XML may have, or SQS replaces them (SQS quotas, message content)',
  );

const sendMessage = z
  .looseObject({
    MessageBody: messageText,
    MessageAttributes: keyed(
      z.looseObject({ StringValue: messageText.exactOptional() }),
      /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[A-Za-z0-9_.-]{0,255}[A-Za-z0-9_-]$/i,
      'must have names of 1 to 256 of A-Z a-z 0-9 _ . - that do not begin with AWS. or Amazon. and have dots only within (SQS, message metadata)',
    )
      .refine((attributes) => Object.keys(attributes).length <= 10, 'must be at most 10 (SQS quotas)')
      .default({}),
  })
  .refine(
    ({ MessageBody, MessageAttributes }) =>
      bytes(MessageBody) + bytes(JSON.stringify(MessageAttributes)) <= kilobyte * kilobyte,
    'must have at most 1 MiB with its attributes (SQS quotas)',
  );

const entryId = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'must be 1 to 80 of A-Z a-z 0-9 _ -');

/** The entries of one call: 1 to 10, with distinct ids. */
const areEntries = (entries: readonly { readonly Id: string }[]): boolean =>
  entries.length >= 1 && entries.length <= 10 && new Set(entries.map(({ Id }) => Id)).size === entries.length;
const notEntries = 'must be 1 to 10 with ids of their own (SQS quotas)';

const sendMessageBatch = z.looseObject({
  Entries: z
    .array(
      z.looseObject({
        Id: entryId,
        MessageBody: messageText,
        DelaySeconds: z.int().min(0).max(900, 'must be at most 15 minutes (SQS quotas)').exactOptional(),
      }),
    )
    .refine(areEntries, notEntries)
    .refine(
      (entries) =>
        entries.reduce((sum, { MessageBody }) => sum + bytes(MessageBody), 0) <= kilobyte * kilobyte,
      'must have at most 1 MiB together (SQS quotas)',
    ),
});

const changeMessageVisibilityBatch = z.looseObject({
  Entries: z
    .array(
      z.looseObject({
        Id: entryId,
        VisibilityTimeout: z
          .int()
          .min(0)
          .max(43_200, 'must be at most 12 hours (API_ChangeMessageVisibility)'),
      }),
    )
    .refine(areEntries, notEntries),
});

// Amazon DynamoDB

const constraints = 'DynamoDB, constraints';
const stringOf = (most: number) =>
  z.looseObject({
    S: atMostBytes(most, constraints).min(1, `must not be empty, as part of a key (${constraints})`),
  });

const partitionKey = stringOf(2048);
const sortKey = stringOf(1024);
const primaryKey = { pk: partitionKey, sk: sortKey };
const indexKeys = Object.fromEntries(
  Object.values(indexes).flatMap((index) => [
    [index.partitionKey, partitionKey.exactOptional()],
    [index.sortKey, sortKey.exactOptional()],
  ]),
);

const expression = atMostBytes(4 * kilobyte, `${constraints}, expression parameters`)
  .min(1)
  .exactOptional();
const placeholder = (sign: '#' | ':') =>
  [
    new RegExp(`^${sign}[A-Za-z0-9_]{1,254}$`),
    `must have names of ${sign} and 1 to 254 of A-Z a-z 0-9 _ (${constraints}, expression parameters)`,
  ] as const;
const expressions = {
  KeyConditionExpression: expression,
  ConditionExpression: expression,
  UpdateExpression: expression,
  FilterExpression: expression,
  ProjectionExpression: expression,
  ExpressionAttributeNames: keyed(z.string().min(1), ...placeholder('#')).exactOptional(),
  ExpressionAttributeValues: keyed(z.unknown(), ...placeholder(':')).exactOptional(),
};

/** A value that a key is compared with has that key's limit: `=` compares a partition key, everything else a sort key. */
const query = z
  .looseObject({ ...expressions, ExclusiveStartKey: z.looseObject(primaryKey).exactOptional() })
  .refine(({ KeyConditionExpression = '', ExpressionAttributeValues = {} }) => {
    const conditions = [...KeyConditionExpression.matchAll(/(=|[<>]=?|begins_with\(\S+,) (:\w+)/g)];
    return conditions.every(
      ([, operator = '', name = '']) =>
        (operator === '=' ? partitionKey : sortKey).safeParse(ExpressionAttributeValues[name]).success,
    );
  }, `must compare keys with text of 1 to 2048 bytes, and sort keys with 1 to 1024 (${constraints})`);

const keyOnly = z.looseObject({ ...expressions, Key: z.looseObject(primaryKey) });

const batchGetItem = z.looseObject({
  RequestItems: z
    .record(
      z.string(),
      z.looseObject({
        ...expressions,
        Keys: z
          .array(z.looseObject(primaryKey))
          .refine(
            (keys) => new Set(keys.map(({ pk, sk }) => JSON.stringify([pk.S, sk.S]))).size === keys.length,
            'must be different keys (API_BatchGetItem)',
          ),
      }),
    )
    .refine(
      (tables) => Object.values(tables).reduce((sum, { Keys }) => sum + Keys.length, 0) <= 100,
      'must have at most 100 keys (API_BatchGetItem)',
    ),
});

// Amazon EventBridge

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const busEvent = z
  .looseObject({
    Source: z.string(),
    DetailType: z.string(),
    Detail: z.string().refine(isJsonObject, 'must be a JSON object (API_PutEventsRequestEntry)'),
    Time: z.number().exactOptional(),
  })
  .refine(
    ({ Source, DetailType, Detail }) =>
      14 + bytes(Source) + bytes(DetailType) + bytes(Detail) <= 256 * kilobyte,
    'must have at most 256 KB ("Calculating Amazon EventBridge event entry size", User Guide)',
  );

/** The rules by operation, as `service:Operation`. */
export const documentedRules: Readonly<Record<string, z.ZodType>> = {
  'events:PutEvents': z.looseObject({ Entries: z.array(busEvent) }),
  'ses:SendEmail': sendEmail,
  'sesv2:SendEmail': sendEmailV2,
  'states:StartExecution': startExecution,
  'sqs:SendMessage': sendMessage,
  'sqs:SendMessageBatch': sendMessageBatch,
  'sqs:ChangeMessageVisibilityBatch': changeMessageVisibilityBatch,
  'dynamodb:GetItem': keyOnly,
  'dynamodb:DeleteItem': keyOnly,
  'dynamodb:Scan': z.looseObject({
    ...expressions,
    ExclusiveStartKey: z.looseObject(primaryKey).exactOptional(),
  }),
  'dynamodb:UpdateItem': keyOnly,
  'dynamodb:PutItem': z.looseObject({ ...expressions, Item: z.looseObject({ ...primaryKey, ...indexKeys }) }),
  'dynamodb:Query': query,
  'dynamodb:BatchGetItem': batchGetItem,
};
