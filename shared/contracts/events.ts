import * as z from 'zod';
import { reportedTags } from './email-tags.ts';
import { identifier } from './fields.ts';

/** The sources of events, by their names in EventBridge. */
export const sources = {
  commerce: 'commerce.workspace',
  controlHub: 'control-hub',
  mail: 'aws.ses',
  product: 'provisioning-emails',
} as const;

/** The source of an event. */
export type Source = (typeof sources)[keyof typeof sources];

/** How the detail of an event identifies its line. */
export const lineKeyFields = { orderId: identifier, lineId: identifier };

/** The schema of an event as EventBridge delivers it. */
export const eventSchema = <From extends Source, Type extends string, Detail extends z.ZodType>(
  source: From,
  detailType: Type,
  detail: Detail,
) => z.object({ source: z.literal(source), 'detail-type': z.literal(detailType), detail });

type OneType = z.ZodObject<{
  source: z.ZodLiteral<Source>;
  'detail-type': z.ZodLiteral<string>;
  detail: z.ZodType;
}>;

/** The schema of events of one type, or of several types of one source. */
export type EventSchema = OneType | z.ZodDiscriminatedUnion<readonly [OneType, ...OneType[]]>;

/** The source and the types of events that match a schema. */
export function eventsOf(schema: EventSchema): { source: Source; detailTypes: readonly string[] } {
  const types = 'options' in schema ? schema.options : ([schema] as const);
  const [first] = types;
  return {
    source: first.shape.source.value,
    detailTypes: types.map(({ shape }) => shape['detail-type'].value),
  };
}

const aboutLine = z.object({ detail: z.object({ orderId: z.string(), lineId: z.string().default('') }) });
const lineTags = z.union([z.object({ orderId: z.string(), lineId: z.string() }), reportedTags]);
const aboutEmail = z.object({ detail: z.object({ mail: z.object({ tags: lineTags }) }) });

/**
 * What an event writes to, whether or not it has been checked: a line, as `order/line`, or a whole order, as `order/`.
 * Undefined for any other event.
 */
export function subjectOf(event: unknown): string | undefined {
  const line = aboutLine.safeParse(event);
  if (line.success) return `${line.data.detail.orderId}/${line.data.detail.lineId}`;
  const email = aboutEmail.safeParse(event);
  if (!email.success) return undefined;
  const { orderId, lineId } = email.data.detail.mail.tags;
  return `${orderId}/${lineId}`;
}
