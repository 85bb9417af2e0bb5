import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { LineAnswer } from '../contracts/api.ts';
import { withoutStaleClaim } from '../domain/claims.ts';
import { expectedToLeave, isQueued } from '../domain/lane.ts';
import { isProvisioningPending, type OrderLine } from '../domain/order-line.ts';
import { type Refusal, refuseContactChange, refuseResend, type ResendLimits } from '../domain/rules.ts';
import type { Instant } from '../domain/time.ts';

interface PresentServices {
  readonly store: Pick<OrderLineStore, 'lane'>;
  readonly limits: ResendLimits;
}

/** Reads what is needed to present these lines at `now`, and returns a function that presents one. */
export async function presenterOf(
  lines: readonly OrderLine[],
  now: Instant,
  { store, limits }: PresentServices,
): Promise<(line: OrderLine) => LineAnswer> {
  const clearAt = lines.some((line) => isQueued(line, now)) ? (await store.lane.wait())?.clearAt : undefined;
  return (line) => presentLine(line, now, limits, clearAt);
}

/**
 * A line as callers see it, with what they may do at `now`.
 * @param laneClearAt when the first emails that wait are expected to have left, if known
 */
export function presentLine(
  line: OrderLine,
  now: Instant,
  limits: ResendLimits,
  laneClearAt?: Instant,
): LineAnswer {
  const inDoubt = withoutStaleClaim(line, now).unconfirmed.at(-1);
  return {
    orderId: line.orderId,
    lineId: line.lineId,
    subscriptionId: line.subscriptionId,
    offer: line.offer,
    partnerId: line.partnerId,
    endCustomer: line.endCustomer,
    placedBy: line.placedBy,
    provisioningContact: line.provisioningContact,
    requestedStartDate: line.requestedStartDate,
    status: line.status,
    provisioningPending: isProvisioningPending(line),
    window: line.window,
    ...present({
      firstEmailSentAt: line.firstEmailSentAt,
      closesAt: line.closesAt,
      closedAt: line.closedAt,
      onboardedAt: line.onboardedAt,
      organizationId: line.organizationId,
      cancelledAt: line.cancelledAt,
      queued: isQueued(line, now) ? { expectedAt: expectedToLeave(line, now, laneClearAt) } : undefined,
      unconfirmedEmail: inDoubt && { to: inDoubt.to.email, at: inDoubt.at },
      lastEmail: line.lastEmail,
      copyTo: line.copyTo,
    }),
    resend: permission(refuseResend(line, now, limits)),
    contactChange: permission(refuseContactChange(line, now, limits)),
  };
}

const permission = (refusal: Refusal | undefined): LineAnswer['resend'] =>
  refusal
    ? {
        allowed: false,
        reason: refusal.code,
        ...('canResendAt' in refusal ? present({ canResendAt: refusal.canResendAt }) : {}),
      }
    : { allowed: true };

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Drops the fields without a value. */
function present<Fields extends object>(fields: Fields): Present<Fields>;
function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
