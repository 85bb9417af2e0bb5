import * as z from 'zod';
import { choiceDays } from '../domain/notifications.ts';
import { locales } from '../domain/order-line.ts';
import { instant, timeZone } from './fields.ts';

/* The calls of the API about what people are told of by email. */

const says = {
  digest: 'An email at 08:00 of your time zone, if there is something to say',
  bounces: 'An email at once when mail does not reach a provisioning contact, five a day at most',
  timeZone: 'As IANA names it',
  locale: 'The language of these emails',
};

/** What somebody chooses. */
export const notificationsChoice = z.strictObject({
  digest: z.boolean('must be true or false').meta({ description: says.digest }),
  bounces: z.boolean('must be true or false').meta({ description: says.bounces }),
  timeZone: timeZone.meta({ description: says.timeZone }),
  locale: z.enum(locales, `must be one of ${locales.join(', ')}`).meta({ description: says.locale }),
});
export type NotificationsChoice = z.output<typeof notificationsChoice>;

export const notificationsAnswer = z
  .object({
    digest: z.boolean().meta({ description: says.digest }),
    bounces: z.boolean().meta({ description: says.bounces }),
    email: z
      .string()
      .exactOptional()
      .meta({ description: 'Where they go; missing as long as nothing is chosen' }),
    timeZone: z.string().exactOptional().meta({ description: says.timeZone }),
    locale: z.enum(locales).exactOptional().meta({ description: says.locale }),
    nextDigestAt: instant.exactOptional().meta({ description: 'When the next digest is due' }),
    endsAt: instant.exactOptional().meta({
      description: `When the choice ends by itself: ${choiceDays} days after you last used this call or signed in to the console`,
    }),
    undeliverableSince: instant.exactOptional().meta({
      description:
        'Since when mail does not reach the address. Nothing more is sent there until you choose anew',
    }),
  })
  .meta({ id: 'Notifications', description: 'What you are told of by email' });
export type NotificationsAnswer = z.output<typeof notificationsAnswer>;
