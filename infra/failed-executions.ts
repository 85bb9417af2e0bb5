import type { OrderLineStore } from '../shared/adapters/order-line-store.ts';
import type { LineOfOrder } from '../shared/adapters/order-store.ts';
import type { ExecutionFailure } from '../shared/adapters/workflow.ts';
import { hasExecution } from '../shared/domain/executions.ts';
import { nextDueAt } from '../shared/domain/follow-up.ts';
import { isBooked, isOpen, type LineKey, type OpenLine } from '../shared/domain/order-line.ts';
import type { Instant } from '../shared/domain/time.ts';

/** An open line whose execution failed. */
export interface FailedExecution extends ExecutionFailure {
  readonly line: OpenLine;
}

interface Search {
  readonly store: Pick<OrderLineStore, 'listDue' | 'findAllWithOrders'>;
  readonly now: Instant;
  /** Describes an execution. */
  readonly failureOf: (key: LineKey, revision: number) => Promise<ExecutionFailure | undefined>;
  /** Whether the time for the search is up. */
  readonly isOver: () => boolean;
}

/**
 * The open lines whose execution failed, most overdue first. An execution acts only when its line is due, so only
 * executions of due lines can have failed and are checked, however many others failed in the last 90 days.
 */
export async function* failedExecutions({
  store,
  now,
  failureOf,
  isOver,
}: Search): AsyncIterable<FailedExecution> {
  for await (const keys of store.listDue('started', { by: now })) {
    const lines = (await store.findAllWithOrders(keys)).flatMap(lineWithExecution);
    lines.sort((a, b) => (dueAt(a) < dueAt(b) ? -1 : 1));
    for (const line of lines) {
      if (isOver()) return;
      const failure = await failureOf(line, line.executionRevision);
      if (failure) yield { ...failure, line };
    }
  }
}

/** The sweep takes care of lines whose order is onboarded, or that never had an execution. */
const lineWithExecution = ({ line, onboarding }: LineOfOrder): readonly OpenLine[] =>
  isBooked(line) && isOpen(line) && hasExecution(line) && !onboarding ? [line] : [];

const dueAt = (line: OpenLine): Instant => nextDueAt(line) ?? '';
