import * as z from 'zod';
import {
  dynamoDbClient,
  orderLineStore,
  type OrderLineStore,
} from '../../shared/adapters/order-line-store.ts';
import { sfnClient, workflow, type Workflow } from '../../shared/adapters/workflow.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { type FollowUp, followUp, isRepair, lookAhead } from '../../shared/domain/follow-up.ts';
import {
  isBooked,
  isOpen,
  type LineKey,
  type Onboarding,
  type OrderLine,
} from '../../shared/domain/order-line.ts';
import { closeOverdue } from '../../shared/domain/transitions.ts';
import { type Instant, plus, toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { faultForLog, type Log } from '../../shared/contracts/log.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import type { Metrics } from '../../shared/contracts/metrics.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { startNewExecution } from '../../shared/use-cases/align-workflow.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import { onboardLine } from '../../shared/use-cases/onboard-line.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
});

export interface Services {
  readonly store: OrderLineStore;
  readonly workflow: Workflow;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How many lines were given what they missed, by what it was. */
export type SweepReport = Readonly<Partial<Record<FollowUp, number>>> & { readonly failed: number };

/** Called every hour by the schedule. */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return () => handle(services);
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), sfn: sfnClient() });

export function buildServices(
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): Services {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
    workflow: workflow(clients.sfn, settings.STATE_MACHINE_ARN),
    now,
    log: createLog('sweep-order-lines'),
    metrics,
  };
}

/**
 * Gives every open line that is due what the workflow missed. A line that fails is logged and left for the next
 * sweep; it does not hold up the others.
 */
export async function handle(services: Services): Promise<SweepReport> {
  const { store, now, log, metrics } = services;
  const done: Partial<Record<FollowUp, number>> = {};
  let failed = 0;
  for await (const key of store.listDue(plus(toInstant(now()), lookAhead))) {
    try {
      const action = await followUpLine(key, services);
      done[action] = (done[action] ?? 0) + 1;
    } catch (error) {
      failed += 1;
      log.error('a line could not be followed up', { ...key, fault: faultForLog(error) });
    }
  }
  const report = { ...done, failed };
  log.info('swept', report);
  metrics.add('SweepRuns', {});
  return report;
}

async function followUpLine(key: LineKey, services: Services): Promise<FollowUp> {
  const { store, workflow, now, metrics } = services;
  const { line, onboarding } = await store.findWithOrder(key);
  const at = toInstant(now());
  if (!isBooked(line)) return 'nothing';
  if (isOpen(line) && onboarding) return await settle(line, onboarding, at, services);
  const action = followUp(line, at);
  if (isRepair(action)) metrics.add('OverdueLines', {});
  switch (action) {
    case 'start-execution':
    case 'restart-execution':
      await startNewExecution(line, workflow, store);
      return action;
    case 'check-execution':
      if (await workflow.isRunning(line, line.executionRevision)) return 'nothing';
      await startNewExecution(line, workflow, store);
      return 'restart-execution';
    case 'close':
      if (await close(line, at, store)) metrics.add('LinesClosed', {});
      await workflow.stop(line, line.executionRevision);
      return action;
    case 'onboard':
    case 'nothing':
      return action;
    default:
      return assertNever(action);
  }
}

/** Onboards a line that the onboarding of its order did not reach. */
async function settle(
  line: OrderLine,
  onboarding: Onboarding,
  at: Instant,
  services: Services,
): Promise<FollowUp> {
  await onboardLine(line, onboarding, { at, actor: 'control-hub' }, services);
  if (line.executionRevision > 0) await services.workflow.stop(line, line.executionRevision);
  return 'onboard';
}

/** Closes a line, unless someone else already did; answers whether it was closed here. */
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
