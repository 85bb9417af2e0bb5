import * as z from 'zod';
import { sources } from '../../shared/contracts/events.ts';
import { eventsDescriptionAnswer } from '../../shared/contracts/api.ts';
import { newestVersion } from './changelog.ts';
import { exampleEvent, publishedEvents } from '../../shared/contracts/published-events.ts';

/** The AsyncAPI 3.0 description of the events that the product puts on its bus, generated from their schemas. */
export function describeEvents() {
  const schemas: Record<string, unknown> = {};
  const messages: Record<string, unknown> = {};
  for (const [type, { description, detail }] of Object.entries(publishedEvents)) {
    const name = type.replaceAll(' ', '');
    // As input, where unknown fields are no error.
    const { $schema: _, $defs = {}, ...schema } = z.toJSONSchema(detail, { io: 'input' });
    Object.assign(schemas, $defs, { [name]: schema });
    messages[name] = {
      name: type,
      summary: description,
      contentType: 'application/json',
      payload: {
        type: 'object',
        required: ['source', 'detail-type', 'detail'],
        properties: {
          source: { const: sources.product },
          'detail-type': { const: type },
          detail: { $ref: `#/components/schemas/${name}` },
        },
      },
      examples: [{ payload: exampleEvent(type) }],
    };
  }
  const named = Object.keys(messages);
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Provisioning emails: events',
      version: newestVersion,
      description:
        'What happened to order lines. An event is published at least once if what it tells was stored, and never otherwise; deliveries may repeat, with the same `id`, and come in any order, which `version` tells. No event names a person or has an address. Rules on the bus choose them by `source`, `detail-type` and what `detail` says, for example `partnerId`.',
    },
    channels: {
      bus: {
        title: "The product's EventBridge bus",
        messages: Object.fromEntries(named.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      },
    },
    operations: {
      publish: {
        action: 'send',
        channel: { $ref: '#/channels/bus' },
        messages: named.map((name) => ({ $ref: `#/channels/bus/messages/${name}` })),
      },
    },
    components: { messages, schemas },
  };
  const whole: unknown = JSON.parse(JSON.stringify(document).replaceAll('#/$defs/', '#/components/schemas/'));
  return eventsDescriptionAnswer.parse(whole);
}
