import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import {
  faultNames,
  NamedFault,
  type SendingOutcome,
  workflowInput,
} from '../../shared/contracts/workflow.ts';
import {
  type Claim,
  isBooked,
  isOpen,
  liveClaim,
  type OrderLine,
  type StoredLine,
  withClaim,
} from '../../shared/domain/order-line.ts';
import { decideFirstEmail } from '../../shared/domain/rules.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog, faultForLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import {
  claimFor,
  sendClaimed,
  type SendServices,
  updateWithClaim,
} from '../../shared/use-cases/send-email.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
});

/** Called by the workflow on a line's requested start date. */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return (input: unknown) => handle(input, services);
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient() });

export function buildServices(
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): SendServices {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME),
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    mailSettings: settings.MAIL_SETTINGS,
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    log: createLog('send-provisioning-email'),
    metrics,
  };
}

/**
 * Sends the first email of a line, unless it was sent, and answers how the workflow goes on.
 * @throws NamedFault OrderLineNotFound, SendInProgress, NotDueYet or EmailNotSent; all but the first are worth a retry
 */
export async function handle(input: unknown, services: SendServices): Promise<SendingOutcome> {
  const { now, newId, log } = services;
  const { revision, ...key } = workflowInput.parse(input);
  const at = toInstant(now());

  const decide = (known: StoredLine | undefined): Decided => {
    if (!isBooked(known))
      throw new NamedFault(faultNames.orderLineNotFound, 'the order line is not in the table');
    if (known.executionRevision !== revision) return { result: { line: known } };
    const decision = decideFirstEmail(known, at);
    if (decision === 'wait')
      throw new NamedFault(faultNames.notDueYet, 'the requested start date has not come');
    if (decision === 'left') return { result: { line: known } };

    const owner = `execution ${revision}`;
    const other = liveClaim(known, at);
    if (other && other.owner !== owner)
      throw new NamedFault(faultNames.sendInProgress, 'somebody else is sending');
    const to = known.provisioningContact;
    const claim = claimFor({ kind: 'first', to, actor: 'workflow', owner }, at, newId);
    const line = withClaim(known, claim);
    return { line, claim, result: { line, claim } };
  };

  try {
    const { line, claim } = await updateWithClaim(key, decide, services);
    if (!claim) return outcomeOf(line, revision);
    return outcomeOf((await sendClaimed(line, claim, services)).line, revision);
  } catch (error) {
    log.error('the provisioning email was not sent', { ...key, fault: faultForLog(error) });
    throw error;
  }
}

interface Decided {
  readonly line?: OrderLine;
  readonly claim?: Claim;
  readonly result: { readonly line: OrderLine; readonly claim?: Claim };
}

function outcomeOf(line: OrderLine, revision: number): SendingOutcome {
  if (line.executionRevision !== revision) return { outcome: 'superseded' };
  if (!isOpen(line) || line.closesAt === undefined) return { outcome: 'settled' };
  return { outcome: 'awaiting', closesAt: line.closesAt, closedStateKey: closedStateKey(line) };
}
