import { Duration } from 'luxon';
import { sources } from '../../shared/contracts/events.ts';
import type { Clock } from './clock.ts';
import type { BusEvent, EventBus } from './event-bus.ts';
import type { Jobs } from './jobs.ts';
import type { Storage } from './storage.ts';

interface Sample {
  readonly order: string;
  readonly line: string;
  readonly offer: string;
  readonly partner: keyof typeof partners;
  readonly customer: string;
  readonly contact: { readonly email: string; readonly name: string; readonly locale: 'en' | 'ja' };
  readonly copyTo?: Sample['contact'];
  /** How many days ago it was booked. */
  readonly bookedAgo: number;
  /** Days from the booking to the requested start date; by default the same day. */
  readonly startsIn?: number;
}

export const partners = {
  northwind: { name: 'Maya Lindqvist', email: 'maya.lindqvist@northwind.example' },
  sakura: { name: '佐藤 健', email: 'ken.sato@sakura.example' },
  riverbend: { name: 'Tom Okafor', email: 'tom.okafor@riverbend.example' },
} as const;

const contact = (email: string, name: string, locale: 'en' | 'ja' = 'en') => ({ email, name, locale });
const joanna = contact('it@alderfinch.example', 'Joanna Reyes');

/** A line in every state. */
const samples: readonly Sample[] = [
  {
    order: 'ORD-1001',
    line: '1',
    offer: 'A-FLEX-3',
    partner: 'northwind',
    customer: 'Alder & Finch Architects',
    contact: joanna,
    bookedAgo: 0,
  },
  {
    order: 'ORD-1001',
    line: '2',
    offer: 'A-WX',
    partner: 'northwind',
    customer: 'Alder & Finch Architects',
    contact: joanna,
    copyTo: contact('helpdesk@alderfinch.example', 'IT help desk'),
    bookedAgo: 0,
  },
  // Scheduled.
  {
    order: 'ORD-1002',
    line: '1',
    offer: 'A-FLEX-3-EDU',
    partner: 'northwind',
    customer: 'Harbour View College',
    contact: contact('sysadmin@harbourview.example', 'Priya Nair'),
    bookedAgo: 0,
    startsIn: 12,
  },
  // Its email comes back.
  {
    order: 'ORD-1003',
    line: '1',
    offer: 'A-WX',
    partner: 'northwind',
    customer: 'Granite Peak Outfitters',
    contact: contact('bounce+it@simulator.amazonses.com', 'Sam Whitfield'),
    bookedAgo: 1,
  },
  // Onboarded.
  {
    order: 'ORD-1004',
    line: '1',
    offer: 'A-FLEX',
    partner: 'northwind',
    customer: 'Lakeside Public Library',
    contact: contact('systems@lakesidelibrary.example', 'Ingrid Solberg'),
    bookedAgo: 4.9,
  },
  // Cancelled.
  {
    order: 'ORD-1005',
    line: '1',
    offer: 'A-FLEX',
    partner: 'northwind',
    customer: 'Juniper Street Dental',
    contact: contact('office@juniperstreet.example', 'Ana Costa'),
    bookedAgo: 4.9,
  },
  // Its reminder is due in two hours.
  {
    order: 'ORD-1006',
    line: '1',
    offer: 'A-FLEX-3',
    partner: 'northwind',
    customer: 'Bluebird Catering',
    contact: contact('hello@bluebirdcatering.example', 'Leo Martin'),
    bookedAgo: 4.9,
  },
  // Closes within three days.
  {
    order: 'ORD-1007',
    line: '1',
    offer: 'A-FLEX',
    partner: 'northwind',
    customer: 'Maple & Moss Hotels',
    contact: contact('it.admin@maplemoss.example', 'Chloe Tremblay'),
    bookedAgo: 5.2,
  },
  // Closes within 24 hours.
  {
    order: 'ORD-1008',
    line: '1',
    offer: 'A-FLEX-3',
    partner: 'northwind',
    customer: 'Northgate Physiotherapy',
    contact: contact('reception@northgatephysio.example', 'Omar Haddad'),
    bookedAgo: 6.4,
  },
  // Lapsed.
  {
    order: 'ORD-1009',
    line: '1',
    offer: 'A-FLEX',
    partner: 'northwind',
    customer: 'Copper Kettle Brewing',
    contact: contact('ops@copperkettle.example', 'Hannah Weiss'),
    bookedAgo: 8,
  },
  {
    order: 'ORD-2001',
    line: '1',
    offer: 'A-SPK',
    partner: 'sakura',
    customer: '青葉物流株式会社',
    contact: contact('joho@aoba-logistics.example', '田中 美咲', 'ja'),
    bookedAgo: 1,
  },
  {
    order: 'ORD-2002',
    line: '1',
    offer: 'A-FLEX',
    partner: 'sakura',
    customer: '緑川クリニック',
    contact: contact('admin@midorikawa.example', '鈴木 一郎', 'ja'),
    bookedAgo: 0,
    startsIn: 45,
  },
  {
    order: 'ORD-3001',
    line: '1',
    offer: 'A-CCW-CALL',
    partner: 'riverbend',
    customer: 'Stonebridge Credit Union',
    contact: contact('telecom@stonebridge.example', 'Luis Ferreira'),
    bookedAgo: 5.2,
  },
];

const dayLength = 24 * 60 * 60 * 1000;

/** How long the story of the sample orders is, in milliseconds. */
export const storyLength = Math.max(...samples.map(({ bookedAgo }) => bookedAgo)) * dayLength;

interface Happening {
  /** Milliseconds before the end of the story. */
  readonly ago: number;
  readonly event: BusEvent;
}

/**
 * Tells the story of the sample orders, once in the life of a data folder; when it ends, the product's time is the
 * machine's. After a kill it is told from the beginning: events that were handled before change nothing.
 */
export async function tellSampleStory(
  storage: Storage,
  clock: Clock,
  jobs: Jobs,
  bus: EventBus,
): Promise<void> {
  const part = storage.part('samples');
  if ((await part.get('booked')) === true) return;
  for (const { ago, event } of sampleStory(new Date(clock.now().getTime() + clock.behind))) {
    if (clock.behind > ago) await jobs.advance(Duration.fromMillis(clock.behind - ago));
    await bus.put([event]);
  }
  if (clock.behind > 0) await jobs.advance(Duration.fromMillis(clock.behind));
  await part.put('booked', true);
}

/** The events of the sample orders, in the order in which they happen until `end`. */
function sampleStory(end: Date): readonly Happening[] {
  const at = (ago: number) => new Date(end.getTime() - ago * dayLength);
  const orderEvent = (ago: number, event: BusEvent) => ({ ago: ago * dayLength, event });
  const story = [
    ...samples.map(({ order, line, offer, partner, customer, contact, copyTo, bookedAgo, startsIn = 0 }) =>
      orderEvent(bookedAgo, {
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
          ...(copyTo ? { copyTo } : {}),
          requestedStartDate: at(bookedAgo - startsIn)
            .toISOString()
            .slice(0, 10),
        },
      }),
    ),
    orderEvent(1, {
      source: sources.controlHub,
      'detail-type': 'Organization Onboarded',
      detail: {
        organizationId: '5b0c2c2e-0000-4000-8000-000000001004',
        orderId: 'ORD-1004',
        onboardedAt: at(1).toISOString(),
      },
    }),
    orderEvent(1, {
      source: sources.commerce,
      'detail-type': 'Order Line Cancelled',
      detail: { orderId: 'ORD-1005', lineId: '1', cancelledAt: at(1).toISOString() },
    }),
  ];
  return story.toSorted((a, b) => b.ago - a.ago);
}
