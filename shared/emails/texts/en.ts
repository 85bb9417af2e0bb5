import { dateWriter } from './date-form.ts';
import type { Contact } from '../../domain/order-line.ts';
import type { EmailTexts } from './index.ts';

/** As in the console: the day comes first, the month is a word, hours count to 24. */
const writeDate = dateWriter('en-GB', { weekday: 'long', hour: '2-digit', timeZoneName: 'short' });

const named = ({ name, email }: Contact) => (name === undefined ? email : `${name} (${email})`);

export const en: EmailTexts = {
  date: (instant, timeZone) => writeDate(new Date(instant), timeZone),
  subject: (subscriptionId, orderId) => `Set up your subscription ${subscriptionId} (order ${orderId})`,
  resent: (subject) => `Resent: ${subject}`,
  reminded: (subject, left) => `Reminder, ${left} left: ${subject}`,
  greeting: (name) => (name === undefined ? 'Hello,' : `Hello ${name},`),
  opening: () => undefined,
  heading: 'Set up your subscription',
  headingNear: (left) => `${left} left to set up your subscription`,
  product: 'collaboration',
  ready: ({ product, customer }) =>
    `The ${product} subscription for ${customer} is ready to be set up, and you are named as its provisioning contact.`,
  stillToDo: ({ product, customer }) =>
    `This is a reminder: the ${product} subscription for ${customer} has not been set up yet, and you are named as its provisioning contact.`,
  setUp: 'Set up the subscription',
  linkIntroduction: 'The button opens this address:',
  deadline: (date, window) =>
    `Please finish the setup by ${date}, ${window} after the first email. The order line is closed then; you can still set up the subscription afterwards.`,
  deadlineNear: (date) =>
    `Please finish the setup by ${date}. The order line is closed then; you can still set up the subscription afterwards. If you have finished already, you need not do anything.`,
  overdue: (date) =>
    `The setup period ended on ${date} and the order line was closed, but you can still set up the subscription.`,
  labels: {
    order: 'Order',
    line: 'Order line',
    subscription: 'Subscription',
    offer: 'Offer',
    customer: 'End customer',
  },
  offer: (name, code) => `${name} (${code})`,
  ask: (name, email, isRepliedTo) =>
    `Do you have questions, or is this not for you? ${isRepliedTo ? 'Reply to this email, or write' : 'Please write'} to ${name} (${email}), who placed the order.`,
  copy: {
    subject: (subject) => `Copy: ${subject}`,
    heading: 'A copy for your information',
    ready: ({ product, customer }, contact) =>
      `This is a copy for your information. The ${product} subscription for ${customer} is ready to be set up. Its provisioning contact is ${named(contact)}, who got this email, too.`,
    stillToDo: ({ product, customer }, contact) =>
      `This is a copy of a reminder, for your information. The ${product} subscription for ${customer} has not been set up yet. Its provisioning contact is ${named(contact)}, who was reminded, too.`,
    deadline: (date) =>
      `The setup should be finished by ${date}. The order line is closed then; the subscription can still be set up afterwards.`,
    why: 'You get this email because the order names your address for copies.',
  },
  closing: 'Kind regards,',
  why: 'You get this email because the order names your address as its provisioning contact.',
  support: (email) => `Support: ${email}`,
};
