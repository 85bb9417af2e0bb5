import { dateWriter } from './date-form.ts';
import type { EmailTexts } from './index.ts';

const writeDate = dateWriter('en', { timeZoneName: 'short' });

export const en: EmailTexts = {
  date: (instant, timeZone) => writeDate(new Date(instant), timeZone),
  subject: (subscriptionId, orderId) => `Set up your subscription ${subscriptionId} (order ${orderId})`,
  resent: (subject) => `Resent: ${subject}`,
  reminded: (subject, left) => `Reminder, ${left} left: ${subject}`,
  greeting: (name) => (name === undefined ? 'Hello,' : `Hello ${name},`),
  opening: () => undefined,
  ready: (customer) =>
    `A collaboration subscription for ${customer} is ready to be set up, and you are named as its provisioning contact.`,
  stillToDo: (customer) =>
    `This is a reminder: the collaboration subscription for ${customer} has not been set up yet, and you are named as its provisioning contact.`,
  setUp: 'Set up the subscription',
  linkIntroduction: 'The button opens this address:',
  deadline: (date, window) =>
    `Please finish the setup by ${date}. The order line closes ${window} after the first email.`,
  deadlineNear: (date) =>
    `Please finish the setup by ${date}. Otherwise the order line is closed then; you can still set up the subscription afterwards. If you have finished the setup already, you need not do anything.`,
  overdue: (date) =>
    `The setup period ended on ${date} and the order line was closed, but you can still set up the subscription.`,
  labels: {
    order: 'Order',
    line: 'Order line',
    subscription: 'Subscription',
    offer: 'Offer',
    customer: 'End customer',
  },
  ask: (name, email) =>
    `Have questions, or not the right person for this? Please write to ${name} (${email}), who placed the order.`,
  closing: 'Kind regards,',
  why: 'You get this email because the order names your address as its provisioning contact.',
  support: (email) => `Support: ${email}`,
};
