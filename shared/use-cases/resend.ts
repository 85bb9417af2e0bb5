import {
  type ContactChangeAnswer,
  type LineAnswer,
  type ResendAnswer,
  resendAnswer,
} from '../contracts/api.ts';
import { Problem, supportCase } from '../contracts/problems.ts';
import { keepAnswer, keptAnswer } from '../domain/answers.ts';
import { giveUpClaim, liveClaim, unconfirmedOf, withoutStaleClaim } from '../domain/claims.ts';
import { type ContactChange, saveContact } from '../domain/contact.ts';
import type { KeptAnswer, LineKey, OrderLine, QuietChange, SentEmail } from '../domain/order-line.ts';
import { decideContactChange, refuseResend, type ResendLimits } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { type Metrics, productMetrics } from '../contracts/metrics.ts';
import { type Caller, isVisible, requireResend } from './access.ts';
import type { Permit } from './claim-email.ts';
import { presentLine, problemOf } from './present-line.ts';
import { type EmailOutcome, sendEmail, type SendServices } from './send-email.ts';

/**
 * How long a change of several lines goes on to the next, in milliseconds. The one that is then under way has 14 s left
 * of the 29 of its function, twice what the mail service may take.
 */
const linesLimit = 15_000;

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
  /** Of the form that asks; a resend of the same key is another request. */
  readonly idempotencyKey?: string | undefined;
}

/** What a change of contact came to on one line, and the address that it was for. */
interface ChangeOf<Line> {
  readonly line: Line;
  readonly outcome: 'sent' | 'saved' | 'unchanged';
  readonly email: string;
}

export interface ContactChanges {
  readonly lines: readonly ChangeOf<LineAnswer>[];
  readonly skipped: ContactChangeAnswer['skipped'];
}

/** What is answered where no email leaves. */
type Instead<Answer> = { readonly answer: Answer } | { readonly problem: Problem };

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
  const { idempotencyKey } = request;
  const answerOf = (line: OrderLine, email: SentEmail): ResendAnswer => ({
    line: presentLine(line, email.sentAt, services.limits),
    email,
  });
  const outcome = await sendEmail(
    key,
    (line, at) => permitResend(requireResend(line, request.caller), at, request, services),
    services,
    (recorded, email) =>
      idempotencyKey === undefined || firstAnswer(recorded, idempotencyKey)
        ? recorded
        : withFirstAnswer(recorded, { key: idempotencyKey, at: email.sentAt }, answerOf(recorded, email)),
  );
  if (outcome.outcome !== 'sent') return answered(outcome, request, services);
  const { line, email } = outcome;
  const first = idempotencyKey === undefined ? undefined : firstAnswer(line, idempotencyKey);
  return first ?? answerOf(line, email);
}

function permitResend(
  line: OrderLine,
  at: Instant,
  request: ResendRequest,
  services: ResendServices,
): Permit<Instead<ResendAnswer>> {
  const { idempotencyKey, caller } = request;
  const { limits } = services;
  if (idempotencyKey !== undefined) {
    const kept = keptAnswer(line, idempotencyKey, at);
    if (kept) return replay(line, kept, at, limits);
    const current = withoutStaleClaim(line, at);
    if (unconfirmedOf(current, idempotencyKey))
      return { instead: { problem: unconfirmed(current, request, services) }, line: current };
  }
  const refusal = refuseResend(line, at, limits);
  if (refusal) {
    const instead = { problem: problemOf(refusal) };
    return liveClaim(line, at) ? { busy: instead } : { instead };
  }
  return {
    send: {
      kind: 'resend',
      to: line.provisioningContact,
      actor: caller.name,
      owner: ownerOf(request),
      ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }),
    },
    line,
  };
}

/** What the key was answered first, by whomever. */
function firstAnswer(line: OrderLine, key: string): ResendAnswer | undefined {
  const answer = line.answers.find((kept) => kept.key === key)?.answer;
  return answer === undefined ? undefined : resendAnswer.parse(JSON.parse(answer));
}

/** What the key was answered first; an email that only the mail service's report told of is answered now. */
function replay(
  line: OrderLine,
  kept: KeptAnswer,
  at: Instant,
  limits: ResendLimits,
): Permit<Instead<ResendAnswer>> {
  if (kept.answer !== undefined) return { instead: { answer: resendAnswer.parse(JSON.parse(kept.answer)) } };
  if (!kept.email) throw new Error('neither an answer nor an email was kept for an idempotency key');
  const answer = { line: presentLine(line, at, limits), email: kept.email };
  return { instead: { answer }, line: withFirstAnswer(line, kept, answer) };
}

const withFirstAnswer = (line: OrderLine, { key, at }: KeptAnswer, answer: ResendAnswer): OrderLine =>
  keepAnswer(line, { key, at, answer: JSON.stringify(answer) });

/**
 * Changes the provisioning contact of a line, and with `applyToAllLines` of all lines of its order that the caller
 * sees. The named line decides about the call; others that refuse, or for which no time is left, are skipped and named
 * with the reason. Doing it again goes on where it stopped, also after a crash, since lines that have the contact are
 * left as they are; with the same idempotency key also those that got another one meanwhile.
 * @throws Problem as in the table of the contract
 */
export const changeContact = (
  key: LineKey,
  change: ContactChange,
  request: ContactChangeRequest,
  services: ResendServices,
): Promise<ContactChanges> =>
  countingRefusals(services.metrics, () => changeContacts(key, change, request, services));

async function changeContacts(
  key: LineKey,
  change: ContactChange,
  request: ContactChangeRequest,
  services: ResendServices,
): Promise<ContactChanges> {
  const start = performance.now();
  const lines = [await changeContactOfLine(key, change, request, services)];
  const skipped: ContactChangeAnswer['skipped'] = [];
  if (request.applyToAllLines) {
    const order = await services.store.findOrder(key.orderId);
    const others = order.lines.filter(
      (line) => line.lineId !== key.lineId && isVisible(line, request.caller),
    );
    for (const other of others) {
      try {
        if (performance.now() - start > linesLimit) throw notSent(request);
        lines.push(await changeContactOfLine(other, change, request, services));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const { support } = error.extras;
        skipped.push({ lineId: other.lineId, reason: error.code, ...(support ? { support } : {}) });
      }
    }
  }
  const at = toInstant(services.now());
  return {
    lines: lines.map((changed) => ({ ...changed, line: presentLine(changed.line, at, services.limits) })),
    skipped,
  };
}

async function changeContactOfLine(
  key: LineKey,
  change: ContactChange,
  request: ContactChangeRequest,
  services: ResendServices,
): Promise<ChangeOf<OrderLine>> {
  const outcome = await sendEmail(
    key,
    (line, at) => permitChange(requireResend(line, request.caller), change, at, request, services),
    services,
  );
  if (outcome.outcome !== 'sent') return answered(outcome, request, services);
  return { line: outcome.line, outcome: 'sent', email: outcome.email.to };
}

function permitChange(
  line: OrderLine,
  change: ContactChange,
  at: Instant,
  request: ContactChangeRequest,
  services: ResendServices,
): Permit<Instead<ChangeOf<OrderLine>>> {
  const { limits } = services;
  const actor = request.caller.name;
  const { idempotencyKey } = request;
  const key = idempotencyKey === undefined ? undefined : contactKey(idempotencyKey);
  if (key !== undefined) {
    const kept = keptAnswer(line, key, at);
    if (kept) return { instead: { answer: changeKept(line, kept) } };
    const current = withoutStaleClaim(line, at);
    if (unconfirmedOf(current, key))
      return { instead: { problem: unconfirmed(current, request, services) }, line: current };
  }
  const busy = liveClaim(line, at);
  if (busy) return { busy: { problem: problemOf({ code: 'resend-too-soon', canResendAt: busy.until }) } };
  const decision = decideContactChange(line, change, at, limits);
  switch (decision.outcome) {
    case 'unchanged':
      return withoutEmail(line, { outcome: 'unchanged', email: change.email }, key, at);
    case 'save': {
      const { contact } = decision;
      const saved = saveContact(line, contact, { at, actor });
      return withoutEmail(saved, { outcome: 'saved', email: contact.email }, key, at);
    }
    case 'send':
      return {
        send: {
          kind: 'contact-change',
          to: decision.contact,
          actor,
          owner: ownerOf(request),
          ...(key === undefined ? {} : { key }),
        },
        line,
      };
    case 'refused':
      return { instead: { problem: problemOf(decision.refusal) } };
  }
}

/** Keeps apart what a line keeps for the keys of resends and of contact changes. */
const contactKey = (key: string): string => `contact ${key}`;

/** A change that sends nothing, kept for its key. */
function withoutEmail(
  line: OrderLine,
  change: QuietChange,
  key: string | undefined,
  at: Instant,
): Permit<Instead<ChangeOf<OrderLine>>> {
  const changed = key === undefined ? line : keepAnswer(line, { key, at, change });
  return { instead: { answer: { line: changed, ...change } }, line: changed };
}

function changeKept(line: OrderLine, { email, change }: KeptAnswer): ChangeOf<OrderLine> {
  if (email) return { line, outcome: 'sent', email: email.to };
  if (change) return { line, ...change };
  throw new Error('nothing was kept of a contact change but its idempotency key');
}

/** An email that was asked for, as far as is known. */
type RequestedEmail =
  | { readonly outcome: 'sent'; readonly email: SentEmail }
  | { readonly outcome: 'unconfirmed'; readonly to: string };

/**
 * The email of the request with that idempotency key; undefined if the line knows of none within the last 24 hours.
 * Only looks: it never sends anything.
 * @throws Problem order-line-not-found, no-access
 */
export async function findRequestedEmail(
  key: LineKey,
  { caller, of, idempotencyKey }: { caller: Caller; of: 'resend' | 'contact-change'; idempotencyKey: string },
  { store, now }: Pick<ResendServices, 'store' | 'now'>,
): Promise<RequestedEmail | undefined> {
  const line = requireResend(await store.find(key), caller);
  const own = of === 'resend' ? idempotencyKey : contactKey(idempotencyKey);
  const kept = keptAnswer(line, own, toInstant(now()));
  const email = kept?.answer === undefined ? kept?.email : resendAnswer.parse(JSON.parse(kept.answer)).email;
  if (email) return { outcome: 'sent', email };
  const claim = unconfirmedOf(giveUpClaim(line), own);
  return claim && { outcome: 'unconfirmed', to: claim.to.email };
}

/**
 * The answer to a request that sent no email, or none that is known of.
 * @throws Problem email-not-sent and email-unconfirmed, with what a support case needs, and any other
 */
function answered<Answer>(
  outcome: Exclude<EmailOutcome<Instead<Answer>>, { outcome: 'sent' }>,
  request: Request,
  services: ResendServices,
): Answer {
  switch (outcome.outcome) {
    case 'instead': {
      const { instead } = outcome;
      if ('problem' in instead) throw instead.problem;
      return instead.answer;
    }
    case 'refused':
      services.log.error('an email was not sent', {
        requestId: request.requestId,
        reason: outcome.reason,
      });
      throw notSent(request);
    case 'unconfirmed':
      throw unconfirmed(outcome.line, request, services);
  }
}

const notSent = ({ requestId }: Request): Problem =>
  new Problem({ code: 'email-not-sent', support: supportCase(requestId) });

/** That nobody knows whether the email left, and when the next one may. */
function unconfirmed(line: OrderLine, { requestId }: Request, { now, limits }: ResendServices): Problem {
  const at = toInstant(now());
  const next = refuseResend(line, at, limits);
  const canResendAt = next === undefined ? at : 'canResendAt' in next ? next.canResendAt : undefined;
  return new Problem({
    code: 'email-unconfirmed',
    ...(canResendAt === undefined ? {} : { canResendAt }),
    support: supportCase(requestId),
  });
}

const refusals = productMetrics.RequestsRefused.dimensions.Code;

/** Counts a request that is refused, once, and hands the refusal on. */
async function countingRefusals<Answer>(metrics: Metrics, request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    const refusal = error instanceof Problem && refusals.find((code) => code === error.code);
    if (refusal) metrics.add('RequestsRefused', { Code: refusal });
    throw error;
  }
}

const ownerOf = ({ requestId }: Request): string => `request ${requestId}`;
