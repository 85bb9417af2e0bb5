import { type ContactChangeAnswer, type ResendAnswer, resendAnswer } from '../contracts/api.ts';
import { type ProblemCode, Problem, supportCase } from '../contracts/problems.ts';
import { faultNames, NamedFault } from '../contracts/workflow.ts';
import {
  type Claim,
  type Contact,
  keepAnswer,
  keptAnswer,
  type LineKey,
  liveClaim,
  type OrderLine,
  type StoredLine,
  withClaim,
  saveContact,
} from '../domain/order-line.ts';
import { decideContactChange, type Refusal, refuseResend, type ResendLimits } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { faultForLog, type Log } from '../runtime/logger.ts';
import { claimFor, type ClaimRequest, sendClaimed, type SendServices } from './send-email.ts';
import { type Caller, isVisible, requireResend } from './access.ts';
import { presentLine, problemOf } from './present-line.ts';

export interface ResendServices extends SendServices {
  readonly limits: ResendLimits;
  readonly log: Log;
  /** Waits, in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

interface Request {
  readonly caller: Caller;
  readonly requestId: string;
}

/** What a look at a line under its write lock led to. */
type Decision<Done> =
  | { readonly done: Done }
  | { readonly refused: Refusal }
  | { readonly busy: Claim }
  | { readonly claimed: OrderLine; readonly claim: Claim };

/**
 * Sends the provisioning email again.
 * @throws Problem as in the table of the contract
 */
export async function resend(
  key: LineKey,
  request: Request & { readonly idempotencyKey?: string | undefined },
  services: ResendServices,
): Promise<ResendAnswer> {
  const { idempotencyKey, caller } = request;
  const { now, limits, newId } = services;

  const decision = await decideUnclaimed<ResendAnswer>(key, services, (known, at) => {
    const line = requireResend(known, caller);
    const kept = idempotencyKey === undefined ? undefined : keptAnswer(line, idempotencyKey, at);
    if (kept !== undefined) return { result: { done: resendAnswer.parse(JSON.parse(kept)) } };
    const busy = liveClaim(line, at);
    if (busy) return { result: { busy } };
    const refused = refuseResend(line, at, limits);
    if (refused) return { result: { refused } };
    return claim(line, { kind: 'resend', to: line.provisioningContact }, request, at, newId);
  });

  if ('done' in decision) return decision.done;
  let answer: ResendAnswer | undefined;
  await send(decision, request, services, (line, email) => {
    answer = { line: presentLine(line, toInstant(now()), limits), email };
    if (idempotencyKey === undefined) return line;
    return keepAnswer(line, { key: idempotencyKey, at: email.sentAt, answer: JSON.stringify(answer) });
  });
  if (!answer) throw new Error('an email was sent and not recorded');
  return answer;
}

/**
 * Changes the provisioning contact of a line, and with `applyToAllLines` of all lines of its order that the caller
 * sees. The named line decides about the call; others that refuse are skipped and named with the reason. Doing it
 * again after a crash goes on where it stopped, since lines that have the contact are left as they are.
 * @throws Problem as in the table of the contract
 */
export async function changeContact(
  key: LineKey,
  contact: Contact,
  request: Request & { readonly applyToAllLines: boolean },
  services: ResendServices,
): Promise<ContactChangeAnswer> {
  const lines = [await changeContactOfLine(key, contact, request, services)];
  const skipped: { lineId: string; reason: ProblemCode }[] = [];
  if (request.applyToAllLines) {
    const order = await services.store.findOrder(key.orderId);
    const others = order.lines.filter(
      (line) => line.lineId !== key.lineId && isVisible(line, request.caller),
    );
    for (const other of others) {
      try {
        lines.push(await changeContactOfLine(other, contact, request, services));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        skipped.push({ lineId: other.lineId, reason: error.code });
      }
    }
  }
  const at = toInstant(services.now());
  return { lines: lines.map((line) => presentLine(line, at, services.limits)), skipped };
}

async function changeContactOfLine(
  key: LineKey,
  contact: Contact,
  request: Request,
  services: ResendServices,
): Promise<OrderLine> {
  const { limits, newId } = services;
  const decision = await decideUnclaimed<OrderLine>(key, services, (known, at) => {
    const line = requireResend(known, request.caller);
    const busy = liveClaim(line, at);
    if (busy) return { result: { busy } };
    const change = decideContactChange(line, contact, at, limits);
    switch (change.outcome) {
      case 'unchanged':
        return { result: { done: line } };
      case 'save': {
        const changed = saveContact(line, contact, { at, actor: request.caller.name });
        return { line: changed, result: { done: changed } };
      }
      case 'send':
        return claim(line, { kind: 'contact-change', to: contact }, request, at, newId);
      case 'refused':
        return { result: { refused: change.refusal } };
    }
  });
  return 'done' in decision ? decision.done : await send(decision, request, services);
}

function claim(
  line: OrderLine,
  what: Pick<ClaimRequest, 'kind' | 'to'>,
  { caller, requestId }: Request,
  at: Instant,
  newId: () => string,
): { line: OrderLine; result: { claimed: OrderLine; claim: Claim } } {
  const made = claimFor({ ...what, actor: caller.name, owner: `request ${requestId}` }, at, newId);
  const claimed = withClaim(line, made);
  return { line: claimed, result: { claimed, claim: made } };
}

/** How long to wait for somebody else's email of the same line: far longer than one takes. */
const patience = { pauses: 100, milliseconds: 50 };

/**
 * Decides about a line while nobody else is sending for it, so that what came of the other's email is known.
 * @throws Problem for a refusal, and resend-too-soon when the other sender does not end
 */
async function decideUnclaimed<Done>(
  key: LineKey,
  { store, now, pause }: ResendServices,
  decide: (line: StoredLine | undefined, at: Instant) => { line?: OrderLine; result: Decision<Done> },
): Promise<Exclude<Decision<Done>, { refused: Refusal } | { busy: Claim }>> {
  for (let pauses = 0; ; pauses += 1) {
    const decision = await store.update(key, (line) => decide(line, toInstant(now())));
    if ('refused' in decision) throw problemOf(decision.refused);
    if (!('busy' in decision)) return decision;
    if (pauses >= patience.pauses)
      throw problemOf({ code: 'resend-too-soon', canResendAt: decision.busy.until });
    await pause(patience.milliseconds);
  }
}

async function send(
  { claimed, claim }: { readonly claimed: OrderLine; readonly claim: Claim },
  { requestId }: Request,
  services: ResendServices,
  also?: Parameters<typeof sendClaimed>[3],
): Promise<OrderLine> {
  try {
    return (await sendClaimed(claimed, claim, services, also)).line;
  } catch (error) {
    if (!(error instanceof NamedFault) || error.name !== faultNames.emailNotSent) throw error;
    services.log.error('an email was not sent', { requestId, fault: faultForLog(error) });
    throw new Problem(
      'email-not-sent',
      'The mail service did not take the email; nothing was changed or counted. Try again, or open a support case.',
      { support: supportCase(requestId) },
      { cause: error },
    );
  }
}
