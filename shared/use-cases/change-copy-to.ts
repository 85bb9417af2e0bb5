import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { LineAnswer } from '../contracts/api.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { ContactChange } from '../domain/contact.ts';
import { saveCopyTo } from '../domain/copies.ts';
import type { LineKey, OrderLine, StoredLine } from '../domain/order-line.ts';
import { decideCopyTo, type ResendLimits } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { asOnboarded } from '../domain/transitions.ts';
import { type Caller, resendAccess } from './access.ts';
import { presenterOf } from './present-line.ts';
import { countRefusal, type Unmet } from './requested-email.ts';

interface Services {
  readonly store: OrderLineStore;
  readonly limits: ResendLimits;
  readonly now: () => Date;
  readonly metrics: Metrics;
}

export interface CopyToChanged {
  readonly outcome: 'changed';
  readonly line: LineAnswer;
}

/** The outcome, before it is presented. */
type Came =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'is-contact' }
  | Extract<Unmet, { outcome: 'denied' | 'refused' }>;

/**
 * Sets, changes or removes the second recipient of a line, for callers who may change its contact. It sends nothing,
 * and repeating it changes nothing. `is-contact`: the address is the contact's, who gets the emails anyway.
 * @param change undefined: nobody gets copies any more
 */
export async function changeCopyTo(
  key: LineKey,
  change: ContactChange | undefined,
  caller: Caller,
  services: Services,
): Promise<CopyToChanged | Exclude<Came, { outcome: 'changed' }>> {
  const { store, now, metrics } = services;
  const { line: found, onboarding } = await store.findWithOrder(key);
  const { line, came } = await store.change(found, (stored): { line: StoredLine; came: Came } => {
    const access = resendAccess(stored, caller);
    if ('denial' in access) return { line: stored, came: { outcome: 'denied', ...access.denial } };
    const at = toInstant(now());
    return decided(asOnboarded(access.line, onboarding, at), change, caller, at, services);
  });
  if (came.outcome !== 'changed') {
    if (came.outcome !== 'is-contact') countRefusal(came, metrics);
    return came;
  }
  const access = resendAccess(line, caller);
  if ('denial' in access) return { outcome: 'denied', ...access.denial };
  const present = await presenterOf([access.line], toInstant(now()), services);
  return { outcome: 'changed', line: present(access.line) };
}

function decided(
  line: OrderLine,
  change: ContactChange | undefined,
  { name: actor }: Caller,
  at: Instant,
  { limits }: Services,
): { readonly line: OrderLine; readonly came: Came } {
  const decision = decideCopyTo(line, change, limits);
  switch (decision.outcome) {
    case 'unchanged':
      return { line, came: { outcome: 'changed' } };
    case 'is-contact':
      return { line, came: { outcome: 'is-contact' } };
    case 'save':
      return { line: saveCopyTo(line, decision.copyTo, { at, actor }), came: { outcome: 'changed' } };
    case 'refused':
      return { line, came: { outcome: 'refused', ...decision.refusal } };
  }
}
