import * as z from 'zod';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import { variables } from '../contracts/environment.ts';
import { type EventSchema, eventsOf } from '../contracts/events.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { AlignServices } from '../use-cases/align-workflow.ts';
import { consumeEvents, type ConsumerServices, type EventsHandler } from './consume-events.ts';

/** The environment of a function that takes events in and does not touch the workflow. */
export const recordingEnvironment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL,
});

/** The same for one that starts and stops executions. */
export const intakeEnvironment = recordingEnvironment.extend({
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  EXECUTION_HORIZON: variables.EXECUTION_HORIZON,
  STOPPING_QUEUE_URL: variables.STOPPING_QUEUE_URL,
});

/** The services of a function that takes events in and does not touch the workflow. */
export interface RecordingServices extends ConsumerServices {
  readonly store: OrderLineStore;
  readonly now: () => Date;
  readonly metrics: Metrics;
}

/** The same for one that starts and stops executions. */
export interface IntakeServices extends RecordingServices, AlignServices {}

/** A function's declaration of the events that it takes in; nothing else names them. */
interface Declared<
  Name extends string,
  Schema extends z.ZodType & EventSchema,
  Environment extends z.ZodObject,
  Services,
  Carried,
> {
  /** Also its folder in functions/. */
  readonly functionName: Name;
  readonly description: string;
  /** What users notice while an event that it could not handle is a dead letter. */
  readonly userImpact: string;
  /** The schema of its events, which also says which ones they are. */
  readonly schema: Schema;
  /** Whether it also gets events of its source with undeclared types, which become its dead letters. */
  readonly takesUnknownTypes?: boolean;
  /** What it reads from its environment. */
  readonly environment: Environment;
  /** Which AWS calls it makes, besides those that every intake function makes. */
  readonly calls: {
    readonly table: readonly ('GetItem' | 'BatchGetItem' | 'PutItem' | 'Query')[];
    readonly executions: readonly ('Start' | 'Stop')[];
  };
  /** @param carried what it returned for the previous event of the same line in the batch, if any */
  readonly handle: (
    event: z.output<Schema>,
    services: Services,
    carried?: Carried,
  ) => Promise<Carried | undefined>;
}

/**
 * Declares a function that takes events in. The deployed stack, the local runtime and the tests all derive from this
 * declaration.
 */
export const declareEvents = <
  const Name extends string,
  Schema extends z.ZodType & EventSchema,
  Environment extends z.ZodObject,
  Services,
  Carried,
>(
  declared: Declared<Name, Schema, Environment, Services, Carried>,
) => ({
  takesUnknownTypes: false,
  ...declared,
  ...eventsOf(declared.schema),
  /** The function itself, given its services. */
  consumer: (services: Services & ConsumerServices): EventsHandler =>
    consumeEvents(
      declared.schema,
      (event, carried: Carried | undefined) => declared.handle(event, services, carried),
      services,
    ),
});
