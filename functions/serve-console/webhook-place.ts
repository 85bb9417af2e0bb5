import type { Context } from 'hono';
import { identifier } from '../../shared/contracts/fields.ts';
import { checked } from '../../shared/contracts/problems.ts';
import { type WebhookAnswer, webhookPath } from '../../shared/contracts/webhook-api.ts';
import { managingPartner } from '../../shared/use-cases/access.ts';
import { readWebhook } from '../../shared/use-cases/manage-webhooks.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { listNamed, paths } from './paths.ts';

/* What the pages of webhooks share: their partner, and their webhook. */

export const onePath = `${paths.webhooks}/:webhookId` as const;

/** The partner, if an operator names one in the address. */
export function namedPartner(c: Context): { readonly partnerId?: string } {
  const named = identifier.safeParse(c.req.query('partnerId')?.trim());
  return named.success ? { partnerId: named.data } : {};
}

/** The webhook that the address names. */
export const webhookNamed = (c: Context) => ({ ...checked(webhookPath, c.req.param()), ...namedPartner(c) });

/** The parameters of all addresses of webhooks. */
export const placeOf = (c: Context) => ({ ...namedPartner(c), list: listNamed(c.req.query('list')) });

/** The address of the webhook's page. */
export const here = (c: Context, more: { readonly done?: string } = {}): string =>
  paths.webhook({ ...webhookNamed(c), ...placeOf(c), ...more });

/** What every page gets. */
export const common = (c: Context<ConsoleEnv>, context: ConsoleContext) => ({
  view: personalView(context, c),
  ...namedPartner(c),
});

export const read = (c: Context<ConsoleEnv>, { services }: ConsoleContext): Promise<WebhookAnswer> =>
  readWebhook(c.get('person').caller, webhookNamed(c), services);

/** People who may not change webhooks should not fill in a form first. */
export function mustManage(c: Context<ConsoleEnv>): void {
  managingPartner(c.get('person').caller, namedPartner(c).partnerId);
}
