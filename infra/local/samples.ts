import { sources } from '../../shared/contracts/events.ts';
import type { BusEvent } from './event-bus.ts';

interface Sample {
  readonly order: string;
  readonly line: string;
  readonly offer: string;
  readonly partner: keyof typeof partners;
  readonly customer: string;
  readonly contact: { readonly email: string; readonly name: string; readonly locale: 'en' | 'ja' };
  /** Days from today to the requested start date. */
  readonly startsIn: number;
}

export const partners = {
  northwind: { name: 'Maya Lindqvist', email: 'maya.lindqvist@northwind.example' },
  sakura: { name: '佐藤 健', email: 'ken.sato@sakura.example' },
  riverbend: { name: 'Tom Okafor', email: 'tom.okafor@riverbend.example' },
} as const;

/** Control Hub knows of it already. */
const onboardedOrder = 'ORD-1004';

const samples: readonly Sample[] = [
  {
    order: 'ORD-1001',
    line: '1',
    offer: 'A-FLEX-3',
    partner: 'northwind',
    customer: 'Alder & Finch Architects',
    contact: { email: 'it@alderfinch.example', name: 'Joanna Reyes', locale: 'en' },
    startsIn: 0,
  },
  {
    order: 'ORD-1001',
    line: '2',
    offer: 'A-WX',
    partner: 'northwind',
    customer: 'Alder & Finch Architects',
    contact: { email: 'it@alderfinch.example', name: 'Joanna Reyes', locale: 'en' },
    startsIn: -3,
  },
  {
    order: 'ORD-1002',
    line: '1',
    offer: 'A-FLEX-3-EDU',
    partner: 'northwind',
    customer: 'Harbour View College',
    contact: { email: 'sysadmin@harbourview.example', name: 'Priya Nair', locale: 'en' },
    startsIn: 12,
  },
  {
    order: 'ORD-1003',
    line: '1',
    offer: 'A-WX',
    partner: 'northwind',
    customer: 'Granite Peak Outfitters',
    contact: { email: 'bounce+it@simulator.amazonses.com', name: 'Sam Whitfield', locale: 'en' },
    startsIn: -1,
  },
  {
    order: onboardedOrder,
    line: '1',
    offer: 'A-FLEX',
    partner: 'northwind',
    customer: 'Lakeside Public Library',
    contact: { email: 'systems@lakesidelibrary.example', name: 'Ingrid Solberg', locale: 'en' },
    startsIn: -2,
  },
  {
    order: 'ORD-2001',
    line: '1',
    offer: 'A-SPK',
    partner: 'sakura',
    customer: '青葉物流株式会社',
    contact: { email: 'joho@aoba-logistics.example', name: '田中 美咲', locale: 'ja' },
    startsIn: 0,
  },
  {
    order: 'ORD-2002',
    line: '1',
    offer: 'A-FLEX',
    partner: 'sakura',
    customer: '緑川クリニック',
    contact: { email: 'admin@midorikawa.example', name: '鈴木 一郎', locale: 'ja' },
    startsIn: 45,
  },
  {
    order: 'ORD-3001',
    line: '1',
    offer: 'A-CCW-CALL',
    partner: 'riverbend',
    customer: 'Stonebridge Credit Union',
    contact: { email: 'telecom@stonebridge.example', name: 'Luis Ferreira', locale: 'en' },
    startsIn: -40,
  },
];

const dayLength = 24 * 60 * 60 * 1000;

/** A handful of orders to try things on, as the events that tell of them; dates are counted from `now`. */
export const sampleEvents = (now: Date): readonly BusEvent[] => [
  ...samples.map(({ order, line, offer, partner, customer, contact, startsIn }) => ({
    source: sources.commerce,
    'detail-type': 'Order Line Booked',
    detail: {
      orderId: order,
      lineId: line,
      subscriptionId: `Sub${order.slice(4)}${line}`,
      offer,
      partnerId: partner,
      endCustomer: { name: customer },
      placedBy: partners[partner],
      provisioningContact: contact,
      requestedStartDate: new Date(now.getTime() + startsIn * dayLength).toISOString().slice(0, 10),
    },
  })),
  {
    source: sources.controlHub,
    'detail-type': 'Organization Onboarded',
    detail: {
      organizationId: '5b0c2c2e-0000-4000-8000-000000001004',
      orderId: onboardedOrder,
      onboardedAt: now.toISOString(),
    },
  },
];
