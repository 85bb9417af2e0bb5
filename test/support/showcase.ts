import type { Client } from './client.ts';
import { booked, cancelled, daysAfter, onboarded } from './events.ts';

/** Orders of one partner in every state that a page can show, as they come about in two weeks. */
export async function bookShowcase(api: Client): Promise<void> {
  const maya = { name: 'Maya Lindqvist', email: 'maya.lindqvist@northwind.example' };
  const book = (order: string, line: string, changes: Record<string, unknown>) =>
    booked(order, {
      lineId: line,
      subscriptionId: `Sub${order.slice(4)}${line}`,
      placedBy: maya,
      ...changes,
    });
  const contact = (email: string, name: string, locale: 'en' | 'ja' = 'en') => ({
    provisioningContact: { email, name, locale },
  });
  const customer = (name: string) => ({ endCustomer: { name } });

  const quarry = {
    ...customer('Quarry Lane Dental Group'),
    ...contact('it@quarrylane.example', 'Ines Duarte'),
  };
  const kestrel = {
    ...customer('Kestrel Freight'),
    ...contact('voice.admin@kestrelfreight.example', 'Piotr Zielinski'),
  };
  const aoba = {
    ...customer('青葉物流株式会社'),
    ...contact('joho@aoba-logistics.example', '田中 美咲', 'ja'),
  };
  await api.send(
    book('ORD-20417', '1', { ...quarry, offer: 'A-FLEX-3' }),
    book('ORD-20417', '2', { ...quarry, offer: 'A-WX' }),
    book('ORD-20422', '1', { ...kestrel, offer: 'A-SPK' }),
    book('ORD-20425', '1', { ...aoba, offer: 'A-CCW-CALL' }),
    book('ORD-20430', '1', {
      ...customer('Linden & Sons Joinery'),
      ...contact('office@lindenjoinery.example', 'Tom Linden'),
      offer: 'A-WX',
    }),
    book('ORD-20433', '1', {
      ...customer('Fjordlys Media'),
      ...contact('drift@fjordlys.example', 'Nora Berg'),
      offer: 'A-FLEX',
    }),
  );
  await api.send(onboarded('ORD-20430'), cancelled('ORD-20433'));
  await report(api, 'ORD-20422', 'Email Delivered', {});
  await report(api, 'ORD-20425', 'Email Delivery Delayed', { deliveryDelay: { delayType: 'MailboxFull' } });

  await api.advance('P9D');
  const now = await api.now();
  const harbour = {
    ...customer('Harbour View College'),
    ...contact('sysadmin@harbourview.example', 'Priya Nair'),
  };
  await api.send(
    book('ORD-20451', '1', { ...harbour, offer: 'A-FLEX-3-EDU' }),
    book('ORD-20451', '2', { ...harbour, offer: 'A-WX' }),
    book('ORD-20451', '3', {
      ...harbour,
      offer: 'A-SPK',
      requestedStartDate: daysAfter(now, 21).slice(0, 10),
    }),
    book('ORD-20458', '1', {
      ...customer('Stonebridge Credit Union'),
      ...contact('telcom@stonebridge.example', 'Luis Ferreira'),
      offer: 'A-FLEX',
    }),
    book('ORD-20460', '1', {
      ...customer('Alder & Finch Architects'),
      ...contact('studio@alderfinch.example', 'Joanna Reyes'),
      offer: 'A-FLEX-3',
    }),
  );
  await report(api, 'ORD-20451', 'Email Delivered', {});
  await report(api, 'ORD-20458', 'Email Bounced', {
    bounce: {
      bounceType: 'Permanent',
      bouncedRecipients: [{ diagnosticCode: 'smtp; 550 5.1.1 mailbox does not exist' }],
    },
  });
  await api.advance('P2DT5H');
  const token = await api.token({ partnerId: 'northwind', roles: ['resend'], email: maya.email });
  for (let resends = 0; resends < 10; resends += 1) {
    await api.resend(token, 'ORD-20460');
    await api.advance('PT61S');
  }
  await api.resend(token, 'ORD-20451');
}

/** Lets the mail service report about the first email of an order's first line. */
async function report(api: Client, orderId: string, type: string, what: object): Promise<void> {
  const sent = (await api.emails()).find(({ tags }) => tags.orderId === orderId && tags.lineId === '1');
  const mail = { messageId: sent?.messageId, tags: { orderId: [orderId], lineId: ['1'] } };
  await api.send({ source: 'aws.ses', 'detail-type': type, detail: { mail, ...what } });
}

const line = (order: string, lineId = '1') => `/console/orders/${order}/lines/${lineId}`;

/** Every page and dialog of the console that somebody with the resend role can meet, by what it shows. */
export const showcasePages = {
  orders: '/console',
  'no orders found': '/console?q=ORD-0',
  'wrong search': `/console?q=${'x'.repeat(300)}`,
  order: '/console/orders/ORD-20451',
  'pending order': '/console/orders/ORD-20417',
  'onboarded order': '/console/orders/ORD-20430',
  line: line('ORD-20417'),
  'line, its contact': `${line('ORD-20451')}?show=contact`,
  'bounced line': line('ORD-20458'),
  'bulk confirmation': `/console/resend-jobs/new?${[
    'ORD-20417/1',
    'ORD-20451/1',
    'ORD-20451/3',
    'ORD-20422/1',
  ]
    .map((name) => `line=${encodeURIComponent(name)}`)
    .join('&')}`,
  'bulk confirmation of all': '/console/resend-jobs/new?all=1',
  'bulk confirmation of nothing': '/console/resend-jobs/new',
  'bulk resends': '/console/resend-jobs',
  insights: '/console/insights',
  'wrong insights': '/console/insights?from=2026-13',
  subscription: '/console/subscriptions/Sub204171',
  'resend confirmation': `${line('ORD-20417')}/resend?from=order`,
  'resend too soon': `${line('ORD-20451')}/resend`,
  'resend limit': `${line('ORD-20460')}/resend`,
  'resend before the start': `${line('ORD-20451', '3')}/resend`,
  'resend after the point of no return': `${line('ORD-20430')}/resend`,
  'resend cancelled': `${line('ORD-20433')}/resend`,
  'resend undeliverable': `${line('ORD-20458')}/resend`,
  contact: `${line('ORD-20451')}/contact?from=order`,
  'contact after the point of no return': `${line('ORD-20430')}/contact`,
  'copy to': `${line('ORD-20451')}/copy-to`,
  webhooks: '/console/webhooks',
  'new webhook': '/console/webhooks/new',
  notifications: '/console/notifications',
  'nothing here': '/console/nowhere',
  'sign-out': '/console/sign-out',
} as const;
