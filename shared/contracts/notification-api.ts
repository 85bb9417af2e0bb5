import * as z from 'zod';
import { choiceDays } from '../domain/notifications.ts';
import { locales } from '../domain/order-line.ts';
import { instant, timeZone } from './fields.ts';

/* The API calls about email notifications. */

const says = {
  digest: 'A daily email at 08:00 in your time zone, if there is news',
  bounces: 'An immediate email when mail does not reach a provisioning contact, at most five a day',
  timeZone: 'IANA name of your time zone',
  locale: 'The language of these emails',
};

/** A person's choice. */
export const notificationsChoice = z.lazy(() =>
  z.strictObject({
    digest: z.boolean('must be true or false').meta({ description: says.digest }),
    bounces: z.boolean('must be true or false').meta({ description: says.bounces }),
    timeZone: timeZone.meta({ description: says.timeZone }),
    locale: z.enum(locales, `must be one of ${locales.join(', ')}`).meta({ description: says.locale }),
  }),
);
export type NotificationsChoice = z.output<typeof notificationsChoice>;

export const notificationsAnswer = z.lazy(() =>
  z
    .object({
      digest: z.boolean().meta({ description: says.digest }),
      bounces: z.boolean().meta({ description: says.bounces }),
      email: z
        .string()
        .exactOptional()
        .meta({ description: 'The address they go to; missing until you choose any' }),
      timeZone: z.string().exactOptional().meta({ description: says.timeZone }),
      locale: z.enum(locales).exactOptional().meta({ description: says.locale }),
      nextDigestAt: instant.exactOptional().meta({ description: 'When the next digest is due' }),
      endsAt: instant.exactOptional().meta({
        description: `When the choice ends by itself: ${choiceDays} days after you last used this call or signed in to the console`,
      }),
      undeliverableSince: instant.exactOptional().meta({
        description:
          'Since when mail does not reach the address. Nothing is sent there until you save your choice again',
      }),
    })
    .meta({ id: 'Notifications', description: 'Your email notifications' }),
);
export type NotificationsAnswer = z.output<typeof notificationsAnswer>;
