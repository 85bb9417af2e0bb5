import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeEvents } from '../../functions/serve-api/asyncapi.ts';

interface Message {
  readonly name: string;
  readonly payload: object;
  readonly examples: readonly { readonly payload: { readonly detail: Record<string, unknown> } }[];
}
const description = JSON.parse(JSON.stringify(describeEvents())) as {
  readonly channels: { readonly bus: { readonly messages: Record<string, { readonly $ref: string }> } };
  readonly components: {
    readonly messages: Record<string, Message>;
    readonly schemas: Record<string, { readonly properties?: Record<string, object> }>;
  };
};
const schemas = new Ajv2020({ strict: false, validateFormats: false }).addSchema(description, 'events');
const messages = Object.entries(description.components.messages);

test.each(messages)('%s shows an example, which fits', (_name, { payload, examples: [example] }) => {
  const fits = schemas.compile(JSON.parse(JSON.stringify(payload).replaceAll('"#/', '"events#/')) as object);
  expect(fits(example?.payload)).toBe(true);
  const { status: _, ...withoutStatus } = example?.payload.detail ?? {};
  expect(fits({ ...example?.payload, detail: withoutStatus })).toBe(false);
});

test('says what each field is', () => {
  const unsaid = Object.entries(description.components.schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, each]) => !('description' in each))
      .map(([field]) => `${name}.${field}`),
  );
  expect(unsaid).toEqual([]);
});

test('every event is one of the bus', () => {
  expect(Object.keys(description.channels.bus.messages)).toEqual(messages.map(([name]) => name));
});
