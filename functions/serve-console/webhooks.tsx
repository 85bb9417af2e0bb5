import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { isOperator } from '../../shared/use-cases/access.ts';
import {
  changeWebhook,
  deleteWebhook,
  listAttempts,
  listWebhooks,
  rotateSecret,
  testWebhook,
} from '../../shared/use-cases/manage-webhooks.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { readForm } from './form.ts';
import { WebhookConfirmationPage, WebhookPage, WebhookSecretPage, WebhooksPage } from './pages/webhooks.tsx';
import { paths, query } from './paths.ts';
import { show } from './show.ts';
import { webhookForms } from './webhook-form.tsx';
import {
  common,
  here,
  mustManage,
  namedPartner,
  onePath,
  placeOf,
  read,
  webhookNamed,
} from './webhook-place.ts';

const tokenForm = z.object({ token: z.string().catch('') });

/** How many attempts a page shows. */
const shownAttempts = 100;

/** The pages of webhooks: the partner's list, each webhook with its log, and the forms that change them. */
export function webhooks(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(paths.webhooks, async (c) => {
    const { caller } = c.get('person');
    const named = namedPartner(c);
    const view = personalView(context, c);
    if (isOperator(caller) && named.partnerId === undefined) {
      const typed = c.req.query('partnerId')?.trim() ?? '';
      return show(c, <WebhooksPage view={view} wrongPartner={typed} />, typed === '' ? 200 : 400);
    }
    const { items } = await listWebhooks(caller, named, services);
    return show(c, <WebhooksPage view={view} {...named} items={items} />);
  });

  // Before the page of one webhook, because `new` is not an id.
  webhookForms(app, context);

  app.get(onePath, (c) => webhookPage(c, context, c.req.query('done') === 'test' ? 'tested' : undefined));

  for (const action of ['rotate', 'delete'] as const)
    app.get(`${onePath}/${action}`, async (c) => {
      mustManage(c);
      const props = { ...common(c, context), webhook: await read(c, context), action };
      const token = await formTokens.issue(c.get('session'));
      return show(c, <WebhookConfirmationPage {...props} token={token} />);
    });

  app.post(`${onePath}/rotate`, async (c) => {
    const { token } = await readForm(c, tokenForm);
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await webhookPage(c, context, 'again');
    const made = await rotateSecret(c.get('person').caller, webhookNamed(c), { idempotencyKey }, services);
    return show(c, <WebhookSecretPage {...common(c, context)} {...made} isNew={false} />);
  });

  /** Serves a button of the page: its effect, and where it leads. */
  const onButton = (action: string, act: (c: Context<ConsoleEnv>) => Promise<string>): void => {
    app.post(`${onePath}/${action}`, async (c) => {
      const { token } = await readForm(c, tokenForm);
      const isValid = await formTokens.isValid(c.get('session'), token);
      return isValid ? c.redirect(await act(c), 303) : await webhookPage(c, context, 'again');
    });
    // Where a sign-in leads whose session ended before the button was pressed.
    app.get(`${onePath}/${action}`, (c) => c.redirect(here(c), 303));
  };

  onButton('delete', async (c) => {
    await deleteWebhook(c.get('person').caller, webhookNamed(c), services);
    return paths.webhooks + query(placeOf(c));
  });

  onButton('test', async (c) => {
    await testWebhook(c.get('person').caller, webhookNamed(c), services);
    return here(c, { done: 'test' });
  });

  for (const [action, status] of [
    ['disable', 'Disabled'],
    ['enable', 'Enabled'],
  ] as const)
    onButton(action, async (c) => {
      await changeWebhook(c.get('person').caller, webhookNamed(c), { status }, services);
      return here(c);
    });
}

/** The page of one webhook. */
async function webhookPage(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  notice: 'tested' | 'again' | undefined,
): Promise<Response> {
  const webhook = await read(c, context);
  const limit = { limit: shownAttempts };
  const { items } = await listAttempts(c.get('person').caller, webhookNamed(c), limit, context.services);
  const token = await context.formTokens.issue(c.get('session'));
  const props = { ...common(c, context), webhook, attempts: items, token, ...(notice ? { notice } : {}) };
  return show(c, <WebhookPage {...props} />, notice === 'again' ? 403 : 200);
}
