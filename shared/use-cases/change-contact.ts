import type { LineAnswer } from '../contracts/api.ts';
import { keepAnswer } from '../domain/answers.ts';
import { liveClaim } from '../domain/claims.ts';
import { type ContactChange, saveContact } from '../domain/contact.ts';
import type { KeptAnswer, LineKey, OrderLine, QuietChange, Stamp } from '../domain/order-line.ts';
import { decideContactChange } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { isVisible } from './access.ts';
import { presenterOf } from './present-line.ts';
import {
  askForEmail,
  type Asked,
  countRefusal,
  type Decision,
  notSent,
  type ResendServices,
  type Unmet,
} from './requested-email.ts';

/**
 * A change of several lines begins no further line after this time, in milliseconds. That leaves the line in progress
 * 14 s of its function's 29 s, twice what the mail service may take.
 */
const linesLimit = 15_000;

interface AskedChange extends Asked {
  readonly applyToAllLines: boolean;
}

/** The outcome of a contact change on one line. */
interface ChangeOf<Line> {
  readonly line: Line;
  /** `sent` goes to the new contact at once; `saved-for-first` when the first email is due; the others send nothing. */
  readonly outcome: 'sent' | 'saved-for-first' | 'saved' | 'unchanged';
  /** The address requested. */
  readonly email: string;
  /** Whether an earlier request with the same idempotency key made the change. */
  readonly isReplayed: boolean;
}

export interface ContactChanges {
  readonly outcome: 'changed';
  readonly lines: readonly ChangeOf<LineAnswer>[];
  readonly skipped: readonly SkippedLine[];
}

interface SkippedLine {
  readonly lineId: string;
  readonly why: Unmet;
}

/**
 * Changes the provisioning contact of a line, and with `applyToAllLines` that of every line of its order that the
 * caller sees. The named line decides about the call; others that refuse, or that there is no time for, are skipped. A
 * repeated call continues where the first one stopped, even after a crash, because lines that already have the contact
 * are left alone; with the same idempotency key, so are lines that got yet another contact in between.
 */
export async function changeContact(
  key: LineKey,
  change: ContactChange,
  asked: AskedChange,
  services: ResendServices,
): Promise<ContactChanges | Unmet> {
  const start = performance.now();
  const named = await changeLine(key, change, asked, services);
  if ('code' in named) {
    countRefusal(named, services.metrics);
    return named;
  }
  const changed = [named];
  const skipped: SkippedLine[] = [];
  for (const { lineId } of asked.applyToAllLines ? await otherLines(key, asked, services) : []) {
    const isLate = performance.now() - start > linesLimit;
    // As if the mail service had refused: nothing left or changed, and the call may be repeated.
    const other = isLate ? notSent : await changeLine({ ...key, lineId }, change, asked, services);
    if ('code' in other) skipped.push({ lineId, why: other });
    else changed.push(other);
  }
  const at = toInstant(services.now());
  const present = await presenterOf(
    changed.map(({ line }) => line),
    at,
    services,
  );
  const lines = changed.map((of) => ({ ...of, line: present(of.line) }));
  return { outcome: 'changed', lines, skipped };
}

/** The other lines of an order that the caller sees. */
export async function otherLines(
  { orderId, lineId }: LineKey,
  { caller }: Pick<Asked, 'caller'>,
  { store }: Pick<ResendServices, 'store'>,
): Promise<readonly OrderLine[]> {
  const { lines } = await store.findOrder(orderId);
  return lines.filter((line) => line.lineId !== lineId).filter((line) => isVisible(line, caller));
}

const changeLine = (
  key: LineKey,
  change: ContactChange,
  asked: Asked,
  services: ResendServices,
): Promise<ChangeOf<OrderLine> | Unmet> =>
  askForEmail<ChangeOf<OrderLine>>(
    key,
    asked,
    {
      kind: 'contact-change',
      decide: (line, at, key) => decide(line, change, { at, actor: asked.caller.name }, key, services),
      replay: (line, kept) => ({ instead: { ...changeKept(line, kept), isReplayed: true } }),
      sent: (line, email) => ({ line, outcome: 'sent', email: email.to, isReplayed: false }),
    },
    services,
  );

/** @param key under which the outcome is kept, if any */
function decide(
  line: OrderLine,
  change: ContactChange,
  stamp: Stamp,
  key: string | undefined,
  { limits }: ResendServices,
): Decision<ChangeOf<OrderLine>> {
  const { at } = stamp;
  const busy = liveClaim(line, at);
  if (busy) return { busy: { outcome: 'refused', code: 'resend-too-soon', canResendAt: busy.until } };
  const decision = decideContactChange(line, change, at, limits);
  switch (decision.outcome) {
    case 'unchanged':
      return quietly(line, { outcome: 'unchanged', email: change.email }, key, at);
    case 'save': {
      const { contact } = decision;
      return quietly(saveContact(line, contact, stamp), { outcome: 'saved', email: contact.email }, key, at);
    }
    case 'send':
      return { sendTo: decision.contact };
    case 'refused':
      return { instead: { outcome: 'refused', ...decision.refusal } };
  }
}

/** A change that sends nothing. */
function quietly(
  line: OrderLine,
  change: QuietChange,
  key: string | undefined,
  at: Instant,
): Decision<ChangeOf<OrderLine>> {
  const changed = key === undefined ? line : keepAnswer(line, { key, at, change });
  return { instead: { ...quietChange(changed, change), isReplayed: false }, line: changed };
}

const quietChange = (line: OrderLine, { outcome, email }: QuietChange): Change => ({
  line,
  outcome: outcome === 'saved' && line.status === 'Scheduled' ? 'saved-for-first' : outcome,
  email,
});

type Change = Omit<ChangeOf<OrderLine>, 'isReplayed'>;

function changeKept(line: OrderLine, { email, change }: KeptAnswer): Change {
  if (email) return { line, outcome: 'sent', email: email.to };
  if (change) return quietChange(line, change);
  throw new Error('a contact change was kept without its outcome');
}
