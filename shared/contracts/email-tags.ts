import * as z from 'zod';
import { type EmailKind, emailKinds } from '../domain/email-kinds.ts';
import type { LineKey } from '../domain/order-line.ts';
import { identifier } from './fields.ts';

/**
 * The tags of every email, by which SES's reports find its line and its claim. SES allows only `A-Za-z0-9_-`, at most
 * 256 characters, so dots in ids are encoded, and therefore underscores as well.
 */
export interface EmailTags {
  readonly orderId: string;
  readonly lineId: string;
  readonly kind: EmailKind;
  readonly claimId: string;
}

/** The tags as sent. */
export const encodeTags = (tags: EmailTags): Readonly<Record<string, string>> => encoded({ ...tags });

const encoded = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, encode(value)]));

const encode = (value: string): string =>
  value.replace(/[._]/g, (character) => `_${character.charCodeAt(0).toString(16).toUpperCase()}`);

const decode = (value: string): string =>
  value.replace(/_(2E|5F)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * The tags of a notice or digest.
 * @param about the hash of the address, by which a report that mail does not reach it ends such emails to it, and the
 * line whose history the notice is in, if any; without it, reports have no effect
 */
export const noticeTags = (
  notice: string,
  about?: { readonly recipient: string; readonly line?: LineKey },
): Readonly<Record<string, string>> =>
  encoded({
    notice,
    ...(about && {
      recipient: about.recipient,
      ...(about.line && { aboutOrderId: about.line.orderId, aboutLineId: about.line.lineId }),
    }),
  });

/** A tag as SES reports it: a list, since a name could occur more than once. */
const tag = <Schema extends z.ZodType<unknown, string>>(schema: Schema) =>
  z
    .tuple([z.string()])
    .transform(([value]) => decode(value))
    .pipe(schema);

/** The tags in a report. Emails of earlier versions carry no claim. */
export const reportedTags = z.lazy(() =>
  z.object({
    orderId: tag(identifier),
    lineId: tag(identifier),
    kind: tag(z.enum(emailKinds)).optional().catch(undefined),
    claimId: tag(z.string().max(64)).optional().catch(undefined),
  }),
);

/** The tags in a report on a notice. Notices of earlier versions name no line. */
export const reportedNotice = z.lazy(() =>
  z.object({
    notice: tag(z.string()),
    aboutOrderId: tag(identifier).optional().catch(undefined),
    aboutLineId: tag(identifier).optional().catch(undefined),
    recipient: tag(z.string().regex(/^[0-9a-f]{64}$/))
      .optional()
      .catch(undefined),
  }),
);
