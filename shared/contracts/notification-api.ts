import * as z from 'zod';
import { choiceDays } from '../domain/notifications.ts';
import { locales } from '../domain/order-line.ts';
import { instant, timeZone } from './fields.ts';

/* The calls of the API about what people are told of by email. */

/** What somebody chooses. */
export const notificationsChoice = z.strictObject({
  digest: z.boolean('must be true or false').meta({
    description: 'An email at 08:00 of your time zone, if there is something to say',
  }),
  bounces: z.boolean('must be true or false').meta({
    description: 'An email at once when mail does not reach a provisioning contact, five a day at most',
  }),
  timeZone: timeZone.meta({ description: 'As IANA names it' }),
  locale: z
    .enum(locales, `must be one of ${locales.join(', ')}`)
    .meta({ description: 'The language of these emails' }),
});
export type NotificationsChoice = z.output<typeof notificationsChoice>;

export const notificationsAnswer = z
  .object({
    digest: z.boolean(),
    bounces: z.boolean(),
    email: z
      .string()
      .exactOptional()
      .meta({ description: 'Where they go; missing as long as nothing is chosen' }),
    timeZone: z.string().exactOptional(),
    locale: z.enum(locales).exactOptional(),
    nextDigestAt: instant.exactOptional(),
    endsAt: instant.exactOptional().meta({
      description: `When the choice ends by itself: ${choiceDays} days after you last used this call or signed in to the console`,
    }),
    undeliverableSince: instant.exactOptional().meta({
      description:
        'Since when mail does not reach the address. Nothing more is sent there until you choose anew',
    }),
  })
  .meta({ id: 'Notifications' });
export type NotificationsAnswer = z.output<typeof notificationsAnswer>;
