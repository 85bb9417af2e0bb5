import { LineNotWritten, type OrderLineStore } from '../adapters/order-line-store.ts';
import { NamedFault } from '../contracts/faults.ts';
import { faultForLog, type Log } from '../contracts/log.ts';
import { withClaim } from '../domain/claims.ts';
import { type Claim, isBooked, type LineKey, type OrderLine, type StoredLine } from '../domain/order-line.ts';
import { recordFailure } from '../domain/sent-emails.ts';
import { type Instant, plus, toInstant } from '../domain/time.ts';
import { asOnboarded } from '../domain/transitions.ts';
import { booked } from './booked.ts';
import { insistently, type NotSent } from './record-email.ts';

/**
 * A claim keeps other senders out for 45 seconds. From its write on, an email takes 25 s at most: 4.65 for the answer to
 * that, 13 to send it in the lane and 6.65 to record it (`send-email.ts`). So a live sender never loses it.
 */
export const claimLease = 'PT45S';

/** How long to wait for another sender of the same line, in milliseconds: far longer than sending an email takes. */
const patience = { limit: 5000, pause: 50 };

export interface ClaimServices {
  readonly store: OrderLineStore;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Waits, in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** The requested email. `owner` identifies the sender: the same owner is the same sender, retrying after a crash. */
export type EmailRequest = Omit<Claim, 'id' | 'at' | 'until'>;

/** The decision on a request, given the current line. */
export type Permit<Instead> =
  | { readonly send: EmailRequest; readonly line: OrderLine }
  /** Send nothing; this is the outcome. `line`: write this line all the same. */
  | { readonly instead: Instead; readonly line?: OrderLine }
  /** Another sender has claimed the line; the outcome if waiting for it takes too long. */
  | { readonly busy: Instead };

/** Decides whether an email may leave, given the current line; its errors propagate. */
export type Authorize<Instead> = (line: StoredLine, at: Instant) => Permit<Instead>;

export interface Claimed {
  readonly outcome: 'claimed';
  readonly line: OrderLine;
  readonly claim: Claim;
}

/** No email was claimed; `instead` is the outcome. */
export interface NothingToSend<Instead> {
  readonly outcome: 'instead';
  readonly instead: Instead;
}

interface Busy<Instead> {
  readonly outcome: 'busy';
  readonly instead: Instead;
}

/** Loads the line, authorizes the email and claims it; waits while another sender has the claim. */
export async function claimEmail<Instead>(
  key: LineKey,
  authorize: Authorize<Instead>,
  services: ClaimServices,
): Promise<Claimed | NothingToSend<Instead> | NotSent> {
  const id = services.newId();
  const start = performance.now();
  for (;;) {
    const claimed = await tryToClaim(key, id, authorize, services);
    if (claimed.outcome !== 'busy') return claimed;
    if (performance.now() - start > patience.limit) return { ...claimed, outcome: 'instead' };
    await services.pause(patience.pause);
  }
}

async function tryToClaim<Instead>(
  key: LineKey,
  id: string,
  authorize: Authorize<Instead>,
  services: ClaimServices,
): Promise<Claimed | NothingToSend<Instead> | Busy<Instead> | NotSent> {
  const { store, now } = services;
  const { line: found, onboarding } = await store.findWithOrder(key);
  try {
    return await store.change(found, (stored) => {
      const at = toInstant(now());
      const line = isBooked(stored) ? asOnboarded(stored, onboarding, at) : stored;
      // This claim's own write took effect, but its answer was lost.
      const own = claimedBy(line, id);
      if (own) return own;
      return claimIfAllowed({ stored, line }, id, at, authorize);
    });
  } catch (error) {
    const attempted = error instanceof LineNotWritten ? claimedBy(error.line, id) : undefined;
    if (!attempted) throw error;
    return await withdrawClaim(attempted, error, services);
  }
}

const claimedBy = (line: StoredLine, id: string): Claimed | undefined =>
  isBooked(line) && line.claim?.id === id ? { outcome: 'claimed', line, claim: line.claim } : undefined;

/** @param line the stored line, with the onboarding of its order applied */
function claimIfAllowed<Instead>(
  { stored, line }: { readonly stored: StoredLine; readonly line: StoredLine },
  id: string,
  at: Instant,
  authorize: Authorize<Instead>,
): Claimed | ((NothingToSend<Instead> | Busy<Instead>) & { readonly line: StoredLine }) {
  const permit = authorize(line, at);
  if ('busy' in permit) return { outcome: 'busy', instead: permit.busy, line: stored };
  if ('instead' in permit) return { outcome: 'instead', instead: permit.instead, line: permit.line ?? line };
  const claim: Claim = { ...permit.send, id, at, until: plus(at, claimLease) };
  return { outcome: 'claimed', line: withClaim(permit.line, claim), claim };
}

/**
 * Withdraws a claim whose write was not confirmed, even if it was given up meanwhile; its email was not sent. It starts
 * from the line in the table, because the version of the claim there may be somebody else's.
 */
async function withdrawClaim(
  { line, claim }: Claimed,
  cause: unknown,
  services: ClaimServices,
): Promise<NotSent> {
  const { store, log } = services;
  const write = async () =>
    await store.change(
      await store.find(line),
      booked((known) => ({
        // A copy makes the store write a new version, on which the claim's own write fails if it comes later.
        line: known.version < line.version ? { ...known } : recordFailure(known, claim, undefined),
      })),
    );
  try {
    await insistently(write, services);
    return { outcome: 'refused', reason: reasonOf(cause) };
  } catch (error) {
    // If it was written, it expires and counts as an email that may have been sent.
    log.warn('a claim could not be withdrawn', { fault: faultForLog(error) });
    throw cause;
  }
}

/** The name of an error in the history. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  return error instanceof NamedFault && error.cause instanceof Error ? error.cause.name : error.name;
};
