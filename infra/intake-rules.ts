import { orderLineBooked } from '../functions/book-order-line/event.ts';
import { orderLineCancelled } from '../functions/cancel-order-line/event.ts';
import { lineEventPublished } from '../functions/queue-webhooks/event.ts';
import { emailReported } from '../functions/record-email-feedback/event.ts';
import { organizationOnboarded } from '../functions/record-onboarding/event.ts';
import { orderLineRescheduled } from '../functions/reschedule-order-line/event.ts';
import type { Source } from '../shared/contracts/events.ts';

/** The functions that take events in. The deployed stack and the local runtime create whatever is listed here. */
export const declaredEvents = [
  orderLineBooked,
  orderLineRescheduled,
  orderLineCancelled,
  organizationOnboarded,
  emailReported,
  lineEventPublished,
] as const;
export type DeclaredEvents = (typeof declaredEvents)[number];

/** What a function declares about the events that it takes. */
interface Taker {
  readonly functionName: string;
  readonly source: Source;
  readonly detailTypes: readonly string[];
  readonly takesUnknownTypes: boolean;
}

/** The events that a function takes: each function has one rule, one queue and one dead-letter queue. */
export interface IntakeRule<Declared extends Taker> {
  readonly declared: Declared;
  /** All of the source's events, if missing. */
  readonly detailType?: { readonly only: readonly string[] } | { readonly allBut: readonly string[] };
}

/**
 * Every event of a known sender reaches one function, so an event of an unknown type ends up as a dead letter with
 * the reason rather than vanishing.
 */
export const rulesOf = <Declared extends Taker>(all: readonly Declared[]): readonly IntakeRule<Declared>[] =>
  all.map((declared) => {
    if (!declared.takesUnknownTypes) return { declared, detailType: { only: declared.detailTypes } };
    const ofOthers = all
      .filter((other) => other !== declared && other.source === declared.source)
      .flatMap(({ detailTypes }) => detailTypes);
    return ofOthers.length === 0 ? { declared } : { declared, detailType: { allBut: ofOthers } };
  });

export const intakeRules = rulesOf(declaredEvents);

export const intakeFunctions = declaredEvents.map(({ functionName }) => functionName);
export type IntakeFunction = (typeof intakeFunctions)[number];

/** The function that takes an event, if its source is known. */
export const functionFor = (event: { readonly source: string; readonly 'detail-type': string }) =>
  intakeRules.find(({ declared, detailType }) => {
    if (declared.source !== event.source) return false;
    if (detailType === undefined) return true;
    return 'only' in detailType
      ? detailType.only.includes(event['detail-type'])
      : !detailType.allBut.includes(event['detail-type']);
  })?.declared.functionName;

/** How often a queue delivers an event whose handling fails before it becomes a dead letter. */
export const mostDeliveries = 5;

/** The largest batch of events in one invocation. */
export const batchSize = 10;
