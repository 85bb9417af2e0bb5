import { type ContactChangeAnswer, type ResendAnswer, resendAnswer } from '../contracts/api.ts';
import { Problem, refusalCodes, supportCase } from '../contracts/problems.ts';
import { faultNames, NamedFault } from '../contracts/workflow.ts';
import {
  type Claim,
  type Contact,
  keepAnswer,
  keptAnswer,
  type LineKey,
  liveClaim,
  type OrderLine,
  saveContact,
  type StoredLine,
  withClaim,
  withoutClaim,
} from '../domain/order-line.ts';
import { decideContactChange, type Refusal, refuseResend, type ResendLimits } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { faultForLog } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import {
  claimFor,
  type ClaimRequest,
  sendClaimed,
  type SendServices,
  updateWithClaim,
} from './send-email.ts';
import { type Caller, isVisible, requireResend } from './access.ts';
import { presentLine, problemOf } from './present-line.ts';

export interface ResendServices extends SendServices {
  readonly limits: ResendLimits;
}

interface Request {
  readonly caller: Caller;
  readonly requestId: string;
}

interface ResendRequest extends Request {
  readonly idempotencyKey?: string | undefined;
}

interface ContactChangeRequest extends Request {
  readonly applyToAllLines: boolean;
}

/** What a look at a line under its write lock led to. */
type Decision<Done> =
  | { readonly done: Done }
  | { readonly refused: Refusal }
  /** Somebody else sends for the line; the refusal holds should that not end. */
  | { readonly busy: Refusal }
  | { readonly claimed: OrderLine; readonly claim: Claim };

/**
 * Sends the provisioning email again.
 * @throws Problem as in the table of the contract
 */
export const resend = (
  key: LineKey,
  request: ResendRequest,
  services: ResendServices,
): Promise<ResendAnswer> => countingRefusals(services.metrics, () => sendAgain(key, request, services));

async function sendAgain(
  key: LineKey,
  request: ResendRequest,
  services: ResendServices,
): Promise<ResendAnswer> {
  const { idempotencyKey, caller } = request;
  const { now, limits, newId } = services;

  const decision = await decideUnclaimed<ResendAnswer>(key, request, services, (known, at) => {
    const line = unclaimedBy(request, requireResend(known, caller));
    const kept = idempotencyKey === undefined ? undefined : keptAnswer(line, idempotencyKey, at);
    if (kept !== undefined) return { result: { done: resendAnswer.parse(JSON.parse(kept)) } };
    const refused = refuseResend(line, at, limits);
    if (refused) return { result: liveClaim(line, at) ? { busy: refused } : { refused } };
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
export const changeContact = (
  key: LineKey,
  contact: Contact,
  request: ContactChangeRequest,
  services: ResendServices,
): Promise<ContactChangeAnswer> =>
  countingRefusals(services.metrics, () => changeContacts(key, contact, request, services));

async function changeContacts(
  key: LineKey,
  contact: Contact,
  request: ContactChangeRequest,
  services: ResendServices,
): Promise<ContactChangeAnswer> {
  const lines = [await changeContactOfLine(key, contact, request, services)];
  const skipped: ContactChangeAnswer['skipped'] = [];
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
        const { support } = error.extras;
        skipped.push({ lineId: other.lineId, reason: error.code, ...(support ? { support } : {}) });
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
  const decision = await decideUnclaimed<OrderLine>(key, request, services, (known, at) => {
    const line = unclaimedBy(request, requireResend(known, request.caller));
    const busy = liveClaim(line, at);
    if (busy) return { result: { busy: { code: 'resend-too-soon', canResendAt: busy.until } } };
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

/** Counts a request that is refused, once, and hands the refusal on. */
async function countingRefusals<Answer>(metrics: Metrics, request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    const refusal = error instanceof Problem && refusalCodes.find((code) => code === error.code);
    if (refusal) metrics.add('RequestsRefused', { Code: refusal });
    throw error;
  }
}

const ownerOf = ({ requestId }: Request): string => `request ${requestId}`;

function claim(
  line: OrderLine,
  what: Pick<ClaimRequest, 'kind' | 'to'>,
  request: Request,
  at: Instant,
  newId: () => string,
): { line: OrderLine; claim: Claim; result: { claimed: OrderLine; claim: Claim } } {
  const made = claimFor({ ...what, actor: request.caller.name, owner: ownerOf(request) }, at, newId);
  const claimed = withClaim(line, made);
  return { line: claimed, claim: made, result: { claimed, claim: made } };
}

/**
 * The line without a claim of this very request: its write took effect and the answer was lost, and nothing was sent
 * for it yet.
 */
const unclaimedBy = (request: Request, line: OrderLine): OrderLine =>
  line.claim?.owner === ownerOf(request) ? withoutClaim(line, line.claim.id) : line;

/** How long to wait for somebody else's email of the same line: far longer than one takes. */
const patience = { pauses: 100, milliseconds: 50 };

/**
 * Decides about a line while nobody else is sending for it, so that what came of the other's email is known.
 * @throws Problem for a refusal, also when the other sender does not end, and email-not-sent
 */
async function decideUnclaimed<Done>(
  key: LineKey,
  request: Request,
  services: ResendServices,
  decide: (
    line: StoredLine | undefined,
    at: Instant,
  ) => { line?: OrderLine; claim?: Claim; result: Decision<Done> },
): Promise<Exclude<Decision<Done>, { refused: Refusal } | { busy: Refusal }>> {
  const { now, pause } = services;
  for (let pauses = 0; ; pauses += 1) {
    const decision = await orEmailNotSent(request, services, () =>
      updateWithClaim(key, (line) => decide(line, toInstant(now())), services),
    );
    if ('refused' in decision) throw problemOf(decision.refused);
    if (!('busy' in decision)) return decision;
    if (pauses >= patience.pauses) throw problemOf(decision.busy);
    await pause(patience.milliseconds);
  }
}

async function send(
  { claimed, claim }: { readonly claimed: OrderLine; readonly claim: Claim },
  request: Request,
  services: ResendServices,
  also?: Parameters<typeof sendClaimed>[3],
): Promise<OrderLine> {
  const { line } = await orEmailNotSent(request, services, () => sendClaimed(claimed, claim, services, also));
  return line;
}

/** @throws Problem email-not-sent with what a support case needs, when `work` ends in that fault */
async function orEmailNotSent<Result>(
  { requestId }: Request,
  { log }: ResendServices,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NamedFault) || error.name !== faultNames.emailNotSent) throw error;
    log.error('an email was not sent', { requestId, fault: faultForLog(error) });
    throw new Problem(
      'email-not-sent',
      'The email could not be sent; nothing was changed or counted. Try again, or open a support case.',
      { support: supportCase(requestId) },
      { cause: error },
    );
  }
}
