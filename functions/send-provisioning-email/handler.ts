import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { type SendingOutcome, workflowInput } from '../../shared/contracts/workflow.ts';
import { giveUpClaim, liveClaim } from '../../shared/domain/claims.ts';
import { isBooked, isOpen, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { dueEmail, firstEmailAwaitedUntil } from '../../shared/domain/rules.ts';
import { type Instant, toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import type { Permit } from '../../shared/use-cases/claim-email.ts';
import { type EmailOutcome, sendEmail, type SendServices } from '../../shared/use-cases/send-email.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
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
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
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
 * Sends the first email of a line, or the one that its contact missed, unless it was sent, and answers how the workflow
 * continues.
 * @throws NamedFault OrderLineNotFound, SendInProgress, NotDueYet or EmailNotSent; all but the first are worth a
 * retry
 */
export async function handle(input: unknown, services: SendServices): Promise<SendingOutcome> {
  const { revision, ...key } = workflowInput.parse(input);
  try {
    const sending = await sendEmail(key, (line, at) => permitFirst(line, revision, at), services);
    return outcomeOf(sending, revision, toInstant(services.now()));
  } catch (error) {
    services.log.error('the provisioning email was not sent', { ...key, fault: faultForLog(error) });
    throw error;
  }
}

/** @throws NamedFault as `handle` */
function permitFirst(line: StoredLine, revision: number, at: Instant): Permit<SendingOutcome> {
  if (!isBooked(line))
    throw new NamedFault(faultNames.orderLineNotFound, 'the order line is not in the table');
  if (line.executionRevision !== revision) return { instead: stateOf(line, revision) };
  const due = dueEmail(line, at);
  if (due === 'wait') throw new NamedFault(faultNames.notDueYet, 'the requested start date has not come');
  if (due === 'none') return { instead: stateOf(line, revision) };

  const owner = `execution ${revision}`;
  const other = liveClaim(line, at);
  if (other && other.owner !== owner)
    throw new NamedFault(faultNames.sendInProgress, 'somebody else is sending');
  const free = giveUpClaim(line);
  const retryAt = firstEmailAwaitedUntil(free, at);
  if (retryAt !== undefined) return { instead: { outcome: 'unconfirmed', retryAt }, line: free };
  // A contact change is never repeated: the email that this execution's own earlier try may have sent is the one.
  const kind = dueEmail(free, at);
  if (kind !== due) return { instead: stateOf(free, revision), line: free };
  return { send: { kind, to: line.provisioningContact, actor: 'workflow', owner }, line: free };
}

/** @throws NamedFault EmailNotSent */
function outcomeOf(sending: EmailOutcome<SendingOutcome>, revision: number, at: Instant): SendingOutcome {
  switch (sending.outcome) {
    case 'instead':
      return sending.instead;
    case 'sent':
      return stateOf(sending.line, revision);
    case 'refused':
      throw new NamedFault(faultNames.emailNotSent, `the mail service refused the email: ${sending.reason}`);
    case 'unconfirmed': {
      const retryAt = firstEmailAwaitedUntil(sending.line, at);
      return retryAt === undefined ? stateOf(sending.line, revision) : { outcome: 'unconfirmed', retryAt };
    }
  }
}

/** How the workflow continues for a line that needs no first email any more. */
function stateOf(line: OrderLine, revision: number): SendingOutcome {
  if (line.executionRevision !== revision) return { outcome: 'superseded' };
  if (!isOpen(line) || line.closesAt === undefined) return { outcome: 'settled' };
  return { outcome: 'awaiting', closesAt: line.closesAt, closedStateKey: closedStateKey(line) };
}
