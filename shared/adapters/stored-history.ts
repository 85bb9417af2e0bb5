import * as z from 'zod';
import type { HistoryEntry } from '../domain/history.ts';
import { emailKinds } from '../domain/email-kinds.ts';
import { deliveryOutcomes, lineStatuses } from '../domain/order-line.ts';

const text = z.string();

/** An entry of a line's history as it is stored. */
export const storedEntry = z.lazy(() => {
  const kind = z.enum(emailKinds);
  const ignored = z.enum([...lineStatuses, 'Overtaken']).exclude(['Scheduled']);

  const happened = <Type extends string>(...types: readonly Type[]) =>
    z.object({ at: text, actor: text, type: z.enum(types) });

  const rescheduled = happened('Rescheduled');
  const sent = happened('ProvisioningEmailSent').extend({
    to: text,
    messageId: text,
    result: z.enum(['Accepted', 'Confirmed']),
  });
  const failed = happened('ProvisioningEmailFailed').extend({
    to: text,
    reason: text,
    repeated: z.object({ times: z.int(), since: text }).exactOptional(),
  });
  const unconfirmed = happened('ProvisioningEmailUnconfirmed').extend({
    to: text,
    claimId: text.exactOptional(),
  });
  const feedback = happened('ProvisioningEmailFeedback').extend({
    to: text,
    messageId: text,
    reason: text.exactOptional(),
  });

  const bounceNotice = happened('BounceNoticeSent').extend({ to: text, messageId: text });

  /** Entries as they are written now. */
  const current = z.discriminatedUnion('type', [
    happened('ClosingSoon', 'Closed'),
    happened('Onboarded').extend({
      organizationId: text.exactOptional(),
      onboardedAt: text.exactOptional(),
    }),
    happened('Cancelled').extend({ cancelledAt: text.exactOptional() }),
    happened('Booked').extend({ to: text.exactOptional(), copyTo: text.exactOptional() }),
    happened('CopyRecipientChanged').extend({ to: text.exactOptional() }),
    happened('ProvisioningContactChanged').extend({ to: text }),
    rescheduled.extend({ requestedStartDate: text, changedAt: text, ignored: ignored.exactOptional() }),
    sent.extend({ kind }),
    failed,
    unconfirmed.extend({ kind }),
    feedback.extend({ delivery: z.enum(deliveryOutcomes) }),
    bounceNotice,
  ]) satisfies z.ZodType<HistoryEntry>;

  /** Entries as they were written at first, with dates, kinds and reasons in words. */
  const older = z.discriminatedUnion('type', [
    rescheduled
      .extend({ result: text.regex(/^changed at \S+ to \S+$/), reason: text.exactOptional() })
      .transform(({ result, reason, ...entry }) => {
        const [, , changedAt = '', , requestedStartDate = ''] = result.split(' ');
        const because =
          reason && ignored.catch('Overtaken').parse(reason.replace('ignored: the line is ', ''));
        return { ...entry, requestedStartDate, changedAt, ...(because ? { ignored: because } : {}) };
      }),
    sent.extend({ reason: kind }).transform(({ reason, ...entry }) => ({ ...entry, kind: reason })),
    unconfirmed.extend({ reason: kind }).transform(({ reason, ...entry }) => ({ ...entry, kind: reason })),
    feedback
      .extend({ result: z.enum(deliveryOutcomes) })
      .transform(({ result, ...entry }) => ({ ...entry, delivery: result })),
  ]) satisfies z.ZodType<HistoryEntry>;

  return z.union([current, older]);
});

/**
 * How many entries an item holds one by one; a longer history is packed as a whole. Every write of a line includes its
 * history and is charged by the kilobyte: 300 entries are 63 KB one by one, and about 10 KB packed.
 */
const mostPlainEntries = 20;

const packedHistory = 'packedHistory';

/** The attributes that hold an item's history. */
export const historyAttributes = ['history', packedHistory] as const;

/**
 * A history as an item holds it. The workflow appends its own entries to `history`. That its entries are of the schema
 * makes the compiler ask for every type of entry there.
 */
export const asStored = (
  history: readonly z.output<typeof storedEntry>[],
): Readonly<Record<string, unknown>> =>
  history.length <= mostPlainEntries ? { history } : { history: [], [packedHistory]: pack(history) };

/** Loaded on first use: few lines have long histories, and loading it delays every cold start. */
const zlib = () => process.getBuiltinModule('node:zlib');

const pack = (history: readonly HistoryEntry[]): string =>
  zlib().deflateRawSync(JSON.stringify(history), { level: 3 }).toString('base64');

const unpack = (text: string): readonly unknown[] =>
  unpacked.parse(JSON.parse(zlib().inflateRawSync(Buffer.from(text, 'base64')).toString()));
const unpacked = z.array(z.unknown());

const packed = z.looseObject({ [packedHistory]: z.string(), history: z.array(z.unknown()) });

/** An item with its history unpacked, whatever the item is. */
export function withPlainHistory(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !(packedHistory in item)) return item;
  const { [packedHistory]: past, history, ...others } = packed.parse(item);
  return { ...others, history: [...unpack(past), ...history] };
}
