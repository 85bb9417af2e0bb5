import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { LineOfOrder } from '../../shared/adapters/order-store.ts';
import { sources } from '../../shared/contracts/events.ts';
import type { Metrics } from '../../shared/contracts/metrics.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { hasExecution } from '../../shared/domain/executions.ts';
import { type FollowUp, followUp, isRepair } from '../../shared/domain/follow-up.ts';
import type { LaneWait } from '../../shared/domain/lane.ts';
import { isBooked, isOpen, type Onboarding, type OrderLine } from '../../shared/domain/order-line.ts';
import { type Instant, toInstant } from '../../shared/domain/time.ts';
import { closeOverdue } from '../../shared/domain/transitions.ts';
import { type AlignServices, giveExecution } from '../../shared/use-cases/align-workflow.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import { onboardLine } from '../../shared/use-cases/onboard-line.ts';

export interface FollowUpServices extends AlignServices {
  readonly now: () => Date;
  readonly metrics: Metrics;
  /** What is known of the lane of first emails. */
  readonly laneWait: () => Promise<LaneWait | undefined>;
}

/** What was done about a line. */
export type FollowedUp = FollowUp | 'onboard';

/** Does for a line what the workflow, or the onboarding of its order, missed. */
export async function followUpLine(
  { line, onboarding }: LineOfOrder,
  services: FollowUpServices,
): Promise<FollowedUp> {
  const { store, workflow, now, metrics } = services;
  const at = toInstant(now());
  if (!isBooked(line)) return 'nothing';
  if (isOpen(line) && onboarding) return await settle(line, onboarding, at, services);
  const action = await actionFor(line, at, services);
  if (isRepair(action)) metrics.add('OverdueLines', {});
  switch (action) {
    case 'start-execution':
    case 'restart-execution':
      await giveExecution(line, at, services);
      return action;
    case 'check-execution':
      if (await workflow.isRunning(line, line.executionRevision)) return 'nothing';
      await giveExecution(line, at, services);
      return 'restart-execution';
    case 'close':
      if (await close(line, at, store)) metrics.add('LinesClosed', {});
      await workflow.stop(line, line.executionRevision);
      return action;
    case 'nothing':
      return action;
    default:
      return assertNever(action);
  }
}

/** Whether the sweep starts an execution for a line that it finds among those whose last one is overdue. */
export async function needsExecution(
  { line, onboarding }: LineOfOrder,
  services: FollowUpServices,
): Promise<boolean> {
  if (!isBooked(line) || onboarding) return false;
  const action = await actionFor(line, toInstant(services.now()), services);
  return action === 'restart-execution' || action === 'start-execution';
}

/** What to do about a line. Only for an overdue email is the lane consulted, where it may still wait. */
async function actionFor(
  line: OrderLine,
  at: Instant,
  { executionHorizon, laneWait }: FollowUpServices,
): Promise<FollowUp> {
  const action = followUp(line, at, executionHorizon);
  return action === 'restart-execution' ? followUp(line, at, executionHorizon, await laneWait()) : action;
}

/** Lists a line by what it needs next, in the current way: the oldest lines are listed half a year too early. */
export async function listAnew({ line }: LineOfOrder, { store }: FollowUpServices): Promise<void> {
  if (isBooked(line) && isOpen(line) && !hasExecution(line))
    await store.change(line, (known) => ({ line: { ...known } }));
}

/** Onboards a line that the onboarding of its order did not reach. */
async function settle(
  line: OrderLine,
  onboarding: Onboarding,
  at: Instant,
  services: FollowUpServices,
): Promise<FollowedUp> {
  await onboardLine(line, onboarding, { at, actor: sources.controlHub }, services);
  if (line.executionRevision > 0) await services.workflow.stop(line, line.executionRevision);
  return 'onboard';
}

/** Closes a line, unless someone else did; returns whether it was closed here. */
async function close(line: OrderLine, at: Instant, store: OrderLineStore): Promise<boolean> {
  const { isClosed } = await store.change(
    line,
    booked((known) => {
      const closed = closeOverdue(known, { at, actor: 'sweep' });
      return { line: closed, isClosed: closed !== known };
    }),
  );
  return isClosed;
}
