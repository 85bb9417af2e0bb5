import * as z from 'zod';
import { eventSchema, lineKeyFields, sources } from '../../shared/contracts/events.ts';
import { startDate, timestamp } from '../../shared/contracts/fields.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { liveClaim } from '../../shared/domain/claims.ts';
import { asStarted, isExecutionDue } from '../../shared/domain/executions.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { holdReschedule, reschedule } from '../../shared/domain/transitions.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/declare-events.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';

const schema = eventSchema(
  sources.commerce,
  'Order Line Rescheduled',
  z.object({ ...lineKeyFields, requestedStartDate: startDate, changedAt: timestamp }),
);

export const orderLineRescheduled = declareEvents({
  functionName: 'reschedule-order-line',
  description: 'Moves requested start dates',
  userImpact: 'Start dates have not moved: first emails go out on the old ones.',
  schema,
  environment: intakeEnvironment,
  calls: { table: ['GetItem', 'PutItem'], executions: ['Start', 'Stop'] },
  handle,
});

/** Moves the requested start date of a line that is Scheduled, and its execution with it. */
async function handle(event: z.output<typeof schema>, services: IntakeServices): Promise<void> {
  const { store, now, executionHorizon } = services;
  const { orderId, lineId, requestedStartDate, changedAt } = event.detail;
  const at = toInstant(now());

  const found = await store.find({ orderId, lineId });
  const { line } = await store.change(found, (known) => {
    const change = { requestedStartDate, changedAt };
    if (!isBooked(known)) return { line: holdReschedule(known, change, at) };
    if (liveClaim(known, at))
      throw new NamedFault(faultNames.sendInProgress, 'the email is just leaving; what comes of it decides');
    const moved = reschedule(known, change, { at, actor: event.source });
    const isStarted = moved !== known && isExecutionDue(moved, at, executionHorizon);
    return { line: isStarted ? asStarted(moved, at) : moved };
  });
  if (isBooked(line)) await alignWorkflow(line, at, services);
}
