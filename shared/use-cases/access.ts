import * as z from 'zod';
import type { ClaimNames } from '../contracts/environment.ts';
import { identifier } from '../contracts/fields.ts';
import { Problem } from '../contracts/problems.ts';
import { longestActor } from '../domain/history.ts';
import { isBooked, type OrderLine, type StoredLine } from '../domain/order-line.ts';
import { withinBytes } from '../domain/text.ts';

/** What people may be granted, from least to most. */
export const roles = ['view', 'resend', 'operator'] as const;

/** The caller, from the access token. */
export interface Caller {
  /** How the caller is named in histories. */
  readonly name: string;
  readonly partnerId?: string;
  readonly roles: ReadonlySet<string>;
  /** Identifies the account within its issuer. */
  readonly subject?: string;
  /** The address of the account, unless the issuer says that it is unverified. */
  readonly email?: string;
}

/** Roles as issuers write them: a list, or text separated by spaces or commas. Unknown groups are ignored. */
export const roleList = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/))])
  .transform((granted) => roles.filter((role) => granted.includes(role)));

const identityClaims = z.object({
  sub: z.string().min(1),
  email: z.string().optional(),
  /** Some issuers leave this out. */
  email_verified: z.union([z.boolean(), z.stringbool()]).catch(true),
  name: z.string().optional(),
});

const grantedClaim = roleList.default([]);
/** Anything else could be part of a key: `*` names the counts of all partners. */
const partnerClaim = identifier.optional();

/**
 * The scopes in a program's token that name its partner and itself; its roles are scopes of their own names. An issuer
 * grants a program only the scopes that it was set up with.
 */
export const programScope = {
  partner: (partnerId: string) => `partner:${partnerId}`,
  program: (name: string) => `program:${name}`,
};
const scopesClaim = z.string().transform((text) => text.split(' '));

/**
 * The claims of a caller. A program's token says in scopes what people's tokens say in claims; this gives it those
 * claims.
 */
function withScopes(claims: Record<string, unknown>, names: ClaimNames): Record<string, unknown> {
  if (names.programScopes === undefined) return claims;
  const scopes = scopesClaim.safeParse(claims['scope']).data ?? [];
  const granted = after(`${names.programScopes}/`, scopes);
  if (granted.length === 0) return claims;
  const partners = after(programScope.partner(''), granted);
  return {
    sub: claims['sub'],
    name: after(programScope.program(''), granted)[0],
    [names.roles]: granted,
    // No single one of several partners can be meant, so a list is malformed.
    [names.partnerId]: partners.length > 1 ? partners : partners[0],
  };
}

/** What follows the prefix, for each text that has it. */
const after = (beginning: string, texts: readonly string[]): readonly string[] =>
  texts.filter((text) => text.startsWith(beginning)).map((text) => text.slice(beginning.length));

/** @throws Problem unauthenticated, when the token lacks what the product needs */
export function callerOf(given: Record<string, unknown> | undefined, names: ClaimNames): Caller {
  if (!given) throw new Problem({ code: 'unauthenticated' });
  const claims = withScopes(given, names);
  const identity = identityClaims.safeParse(claims);
  const granted = grantedClaim.safeParse(claims[names.roles]);
  const partnerId = partnerClaim.safeParse(claims[names.partnerId]);
  if (!identity.success || !granted.success || !partnerId.success) {
    throw new Problem(
      { code: 'unauthenticated' },
      'The access token lacks claims that are needed, or they are malformed.',
    );
  }
  const { email, name, sub, email_verified: isVerified } = identity.data;
  return {
    subject: sub,
    ...(email !== undefined && isVerified ? { email } : {}),
    name: withinBytes(email ?? name ?? sub, longestActor),
    ...(partnerId.data === undefined ? {} : { partnerId: partnerId.data }),
    roles: new Set(granted.data),
  };
}

export const isOperator = ({ roles }: Caller): boolean => roles.has('operator');
export const mayResend = (caller: Caller): boolean => isOperator(caller) || caller.roles.has('resend');
export const mayView = (caller: Caller): boolean => mayResend(caller) || caller.roles.has('view');

/** Whether the line exists for the caller: people of one partner never learn of another partner's lines. */
export const isVisible = (line: StoredLine, caller: Caller): line is OrderLine =>
  isBooked(line) && (isOperator(caller) || line.partnerId === caller.partnerId);

/** What somebody is told who may not do something with a line, or must not know of it. */
export type Denial =
  | { readonly code: 'order-line-not-found' }
  /** Whom to ask instead. */
  | { readonly code: 'no-access'; readonly placedBy: OrderLine['placedBy'] };

type Access = { readonly line: OrderLine } | { readonly denial: Denial };

/** The line, for callers who may send its emails. */
export const resendAccess = (line: StoredLine, caller: Caller): Access => accessTo(line, caller, mayResend);

function accessTo(line: StoredLine, caller: Caller, may: (caller: Caller) => boolean): Access {
  if (!isVisible(line, caller)) return { denial: { code: 'order-line-not-found' } };
  return may(caller) ? { line } : { denial: { code: 'no-access', placedBy: line.placedBy } };
}

/** @throws Problem order-line-not-found, no-access */
export const requireView = (line: StoredLine, caller: Caller): OrderLine =>
  required(accessTo(line, caller, mayView));

/** @throws Problem order-line-not-found, no-access */
export const requireResend = (line: StoredLine, caller: Caller): OrderLine =>
  required(resendAccess(line, caller));

function required(access: Access): OrderLine {
  if ('denial' in access) throw new Problem(access.denial);
  return access.line;
}

/**
 * The partner whose lines the caller lists; undefined: all partners, which an operator may search.
 * @throws Problem no-access, invalid-request
 */
export function listedPartner(
  caller: Caller,
  named: string | undefined,
  { isSearch }: { readonly isSearch: boolean },
): string | undefined {
  if (isSearch && isOperator(caller)) return named;
  return askedPartner(caller, named, 'is required for operators, unless they search all partners with q');
}

/**
 * The partner whose lines are counted for the caller; undefined: all partners, for an operator.
 * @throws Problem no-access, invalid-request
 */
export const summarizedPartner = (caller: Caller, named: string | undefined): string | undefined =>
  listedPartner(caller, named, { isSearch: true });

/**
 * The partner whose bulk resends or webhooks the caller sees.
 * @throws Problem no-access, invalid-request
 */
export const partnerOf = (caller: Caller, named: string | undefined): string =>
  askedPartner(caller, named, 'an operator names the partner');

/**
 * The partner for which the caller resends many lines at once. The refusal names nobody to ask, since there is no
 * single order.
 * @throws Problem no-access, invalid-request
 */
export const resendingPartner = (caller: Caller, named: string | undefined): string =>
  partnerWithRole(caller, named, 'resend emails');

/**
 * The partner whose webhooks the caller manages.
 * @throws Problem no-access, invalid-request
 */
export const managingPartner = (caller: Caller, named: string | undefined): string =>
  partnerWithRole(caller, named, 'manage webhooks');

function partnerWithRole(caller: Caller, named: string | undefined, to: string): string {
  const partnerId = partnerOf(caller, named);
  if (mayResend(caller)) return partnerId;
  throw new Problem(
    { code: 'no-access' },
    `Your account lacks the role to ${to}. Ask your administrator for it.`,
  );
}

/** Whether the caller belongs to a partner and may get emails about its lines. */
export const isNotified = (caller: Caller): caller is Caller & { readonly partnerId: string } =>
  mayView(caller) && caller.partnerId !== undefined;

/**
 * The partner about whose lines the caller may get emails: their own.
 * @throws Problem no-access
 */
export function notifiedPartner(caller: Caller): string {
  if (isNotified(caller)) return caller.partnerId;
  throw new Problem(
    { code: 'no-access' },
    'Notifications are about the order lines of your own partner, and your account has none.',
  );
}

/** @param unnamed what an operator who names no partner is told */
function askedPartner(caller: Caller, named: string | undefined, unnamed: string): string {
  if (isOperator(caller)) {
    if (named !== undefined) return named;
    throw invalidPartner(unnamed);
  }
  if (!mayView(caller) || caller.partnerId === undefined) throw new Problem({ code: 'no-access' });
  if (named !== undefined && named !== caller.partnerId)
    throw invalidPartner('only an operator may name another partner');
  return caller.partnerId;
}

const invalidPartner = (message: string) =>
  new Problem({ code: 'invalid-request', errors: [{ path: 'partnerId', message }] }, message);
