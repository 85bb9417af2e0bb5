import * as z from 'zod';
import {
  dynamoDbClient,
  orderLineStore,
  type OrderLineStore,
} from '../../shared/adapters/order-line-store.ts';
import { sfnClient, workflow, type Workflow } from '../../shared/adapters/workflow.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { type FollowUp, followUp, lookAhead } from '../../shared/domain/follow-up.ts';
import { closeOverdue, isBooked, type LineKey } from '../../shared/domain/order-line.ts';
import { plus, toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog, faultForLog, type Log } from '../../shared/runtime/logger.ts';
import { startNewExecution } from '../../shared/use-cases/align-workflow.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
});

export interface Services {
  readonly store: OrderLineStore;
  readonly workflow: Workflow;
  readonly now: () => Date;
  readonly log: Log;
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
): Services {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME),
    workflow: workflow(clients.sfn, settings.STATE_MACHINE_ARN),
    now,
    log: createLog('sweep-order-lines'),
  };
}

/**
 * Gives every open line that is due what the workflow missed. A line that fails is reported and left for the next
 * sweep; it keeps no other line waiting.
 */
export async function handle(services: Services): Promise<SweepReport> {
  const { store, now, log } = services;
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
  return report;
}

async function followUpLine(key: LineKey, { store, workflow, now }: Services): Promise<FollowUp> {
  const line = await store.find(key);
  const at = toInstant(now());
  if (!isBooked(line)) return 'nothing';
  const action = followUp(line, at);
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
      await store.update(key, (known) =>
        isBooked(known)
          ? { line: closeOverdue(known, { at, actor: 'sweep' }), result: undefined }
          : { result: undefined },
      );
      await workflow.stop(line, line.executionRevision);
      return action;
    case 'nothing':
      return action;
    default:
      return assertNever(action);
  }
}
