import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { LineOfOrder } from '../../shared/adapters/order-store.ts';
import { pacedWorkflow, stoppingLater } from '../../shared/adapters/paced-workflow.ts';
import { sfnClient, workflow } from '../../shared/adapters/workflow.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { faultNames, isThrottled, NamedFault } from '../../shared/contracts/faults.ts';
import { faultForLog, type Log } from '../../shared/contracts/log.ts';
import type { LaneWait } from '../../shared/domain/lane.ts';
import { lateSince, lookAhead } from '../../shared/domain/follow-up.ts';
import type { LineKey } from '../../shared/domain/order-line.ts';
import { forEach } from '../../shared/domain/parallel.ts';
import { regionOf, sweepPaces } from '../../shared/domain/quotas.ts';
import { plus, toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { realTime } from '../../shared/runtime/real-time.ts';
import {
  type FollowedUp,
  followUpLine,
  type FollowUpServices,
  listAnew,
  needsExecution,
} from './follow-up-line.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  EXECUTION_HORIZON: variables.EXECUTION_HORIZON,
});

export interface Services extends Omit<FollowUpServices, 'laneWait'> {
  readonly log: Log;
}

/** How many lines were repaired, by what they had missed. */
export type SweepReport = Readonly<Partial<Record<FollowedUp, number>>> & {
  readonly failed: number;
  /** Whether time or quotas ran out before all lines were done. The next sweep continues there. */
  readonly isCutShort: boolean;
};

/**
 * The part of a run's time, in milliseconds, that is reserved for finishing: lines waiting for their turn to be
 * started, and retried calls.
 */
const reserve = 90_000;

/**
 * Called by the schedule.
 * @throws NamedFault RunIncomplete when lines failed: if they fail again, an alarm tells operators
 */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => {
    const report = await handle(services, () => context.getRemainingTimeInMillis() < reserve);
    if (report.failed > 0)
      throw new NamedFault(faultNames.runIncomplete, `${report.failed} lines could not be followed up`);
    return report;
  };
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), sfn: sfnClient() });

/** @param paced keeps the sweep's calls of the workflow within their quotas */
export function buildServices(
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
  paced = pacedWorkflow(sweepPaces(regionOf(settings.STATE_MACHINE_ARN)), realTime),
): Services {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
    // A line that is closed this late has, if any, an execution that is about to end anyway.
    workflow: stoppingLater(paced(workflow(clients.sfn, settings.STATE_MACHINE_ARN)), () =>
      Promise.resolve(),
    ),
    executionHorizon: settings.EXECUTION_HORIZON,
    now,
    log: createLog('sweep-order-lines'),
    metrics,
  };
}

/**
 * How many lines are worked on at once: some 800 writes a second, which an on-demand table accepts from its first day,
 * and more starts than the quota allows.
 */
const linesAtOnce = 16;

/** How many lines without their first email are remembered: more than a run has time to start. */
const mostKept = 100_000;

/** How many of a page of healthy-looking lines are checked. */
const sampleSize = 25;

/**
 * Does for every open line that is due what the workflow missed, most urgent first: ended windows, overdue first
 * emails, and start dates that have come near. Then it checks a sample of the lines that are due soon, and all of them
 * if executions in the sample are lost.
 * Progress is stored in the lines themselves, so a run may end at any time, when its time is up or by a crash, and the
 * next one continues there. A line that fails is logged and left for the next sweep; it does not hold up the others.
 */
export async function handle(given: Services, isTimeUp: () => boolean = () => false): Promise<SweepReport> {
  const { store, now, log, metrics, executionHorizon } = given;
  let lane: Promise<LaneWait | undefined> | undefined;
  const services = { ...given, laneWait: () => (lane ??= store.lane.wait()) };
  const at = toInstant(now());
  const late = lateSince(at);
  const run = new Run(services, isTimeUp);
  const followUp = (found: LineOfOrder) => followUpLine(found, services);

  const unsent: LineKey[] = [];
  for await (const page of run.whileTimeIsLeft(store.listDue('started', { by: late })))
    await run.work(page, async (found) => {
      if (!(await needsExecution(found, services))) {
        const done = await followUp(found);
        if (done === 'nothing') await listAnew(found, services);
        return done;
      }
      const { orderId, lineId } = found.line;
      if (unsent.length < mostKept) unsent.push({ orderId, lineId });
      return 'nothing';
    });
  for await (const page of run.whileTimeIsLeft(inPages(unsent))) await run.work(page, followUp);

  const unstarted = store.listDue('unstarted', { by: plus(at, executionHorizon) });
  for await (const page of run.whileTimeIsLeft(unstarted)) await run.work(page, followUp);

  const healthy = store.listDue('started', { after: late, by: plus(at, lookAhead) });
  for await (const page of run.whileTimeIsLeft(healthy)) {
    const sample = page.filter((_, index) => index % Math.ceil(page.length / sampleSize) === 0);
    const done = await run.work(sample, followUp);
    if (!done.includes('restart-execution')) break;
    const others = page.filter((key) => !sample.includes(key));
    await run.work(others, followUp);
  }

  const { report } = run;
  log.info('swept', report);
  metrics.add('SweepRuns', {});
  if (report.isCutShort) metrics.add('SweepsCutShort', {});
  return report;
}

/** What one run does, and how much. */
class Run {
  readonly #services: Services;
  readonly #isTimeUp: () => boolean;
  readonly #counts: Partial<Record<FollowedUp, number>> = {};
  #failed = 0;
  #isCutShort = false;

  constructor(services: Services, isTimeUp: () => boolean) {
    this.#services = services;
    this.#isTimeUp = isTimeUp;
  }

  get report(): SweepReport {
    return { ...this.#counts, failed: this.#failed, isCutShort: this.#isCutShort };
  }

  async *whileTimeIsLeft<Page>(pages: AsyncIterable<Page> | Iterable<Page>): AsyncIterable<Page> {
    for await (const page of pages) {
      if (this.#isOver()) return;
      yield page;
    }
  }

  /** Does something for each of the lines; returns what. */
  async work(
    keys: readonly LineKey[],
    act: (found: LineOfOrder) => Promise<FollowedUp>,
  ): Promise<readonly FollowedUp[]> {
    const done: FollowedUp[] = [];
    await forEach(await this.#find(keys), linesAtOnce, async (found) => {
      if (this.#isOver()) return;
      try {
        const action = await act(found);
        this.#counts[action] = (this.#counts[action] ?? 0) + 1;
        done.push(action);
      } catch (error) {
        if (isThrottled(error)) this.#isCutShort = true;
        else this.#fail(found.line, error);
      }
    });
    return done;
  }

  /** Reads the lines; one at a time if this version cannot read all of them. */
  async #find(keys: readonly LineKey[]): Promise<readonly LineOfOrder[]> {
    const { store } = this.#services;
    try {
      return await store.findAllWithOrders(keys);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
    }
    const found: LineOfOrder[] = [];
    await forEach(keys, linesAtOnce, async (key) => {
      try {
        found.push(await store.findWithOrder(key));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        this.#fail(key, error);
      }
    });
    return found;
  }

  #fail({ orderId, lineId }: LineKey, error: unknown): void {
    this.#failed += 1;
    this.#services.log.error('a line could not be followed up', {
      orderId,
      lineId,
      fault: faultForLog(error),
    });
  }

  #isOver(): boolean {
    const isOver = this.#isTimeUp();
    this.#isCutShort ||= isOver;
    return isOver;
  }
}

/** The store's page size. */
const pageSize = 400;

const inPages = <Entry>(entries: readonly Entry[]): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(entries.length / pageSize) }, (_, page) =>
    entries.slice(page * pageSize, (page + 1) * pageSize),
  );
