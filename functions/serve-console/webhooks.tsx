import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { identifier } from '../../shared/contracts/fields.ts';
import { checked, Problem } from '../../shared/contracts/problems.ts';
import { publishedTypes } from '../../shared/contracts/published-events.ts';
import { check } from '../../shared/contracts/validation.ts';
import { type WebhookAnswer, webhookPath, webhookRequest } from '../../shared/contracts/webhook-api.ts';
import { webhookType } from '../../shared/contracts/webhooks.ts';
import { isOperator, managingPartner } from '../../shared/use-cases/access.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listAttempts,
  listWebhooks,
  readWebhook,
  rotateSecret,
  testWebhook,
} from '../../shared/use-cases/manage-webhooks.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { readForm } from './form.ts';
import {
  type FormTrouble,
  type TypedWebhook,
  WebhookConfirmationPage,
  WebhookFormPage,
  WebhookPage,
  WebhookSecretPage,
  WebhooksPage,
} from './pages/webhooks.tsx';
import { paths, root } from './paths.ts';
import { show } from './show.ts';

const path = `${root}/webhooks` as const;
const onePath = `${path}/:webhookId` as const;

const typedText = z.string().catch('');
const tokenForm = z.object({ token: typedText });
const webhookForm = z.object({
  token: typedText,
  url: typedText.transform((text) => text.trim()),
  description: typedText.transform((text) => text.trim()),
  ...Object.fromEntries(
    publishedTypes.map((type) => [webhookType(type), z.literal('yes').optional().catch(undefined)]),
  ),
});

/** How many attempts a page shows. */
const shownAttempts = 100;

/** The pages of webhooks: those of the partner, one of them with its log, and the forms that change them. */
export function webhooks(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(path, async (c) => {
    const { caller } = c.get('person');
    const named = namedPartner(c);
    const view = personalView(context, c);
    if (isOperator(caller) && named.partnerId === undefined) return show(c, <WebhooksPage view={view} />);
    const { items } = await listWebhooks(caller, named, services);
    return show(c, <WebhooksPage view={view} {...named} items={items} />);
  });

  app.get(`${path}/new`, async (c) => {
    // Whoever may not add one is not to fill in the form first.
    managingPartner(c.get('person').caller, namedPartner(c).partnerId);
    return await formPage(c, { url: '', description: '', events: [] });
  });

  app.post(path, async (c) => {
    const { token, typed } = await readTyped(c);
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await formPage(c, typed, 'again');
    const input = check(webhookRequest, asked(typed));
    if (!input.success) return await formPage(c, typed, troubleOf(input.error.issues));
    try {
      const request = { ...namedPartner(c), idempotencyKey };
      const told = { ...input.data, locale: context.view(c).locale };
      const made = await createWebhook(c.get('person').caller, told, request, services);
      return await show(c, <WebhookSecretPage {...page(c)} {...made} isNew={true} />);
    } catch (error) {
      return await formPage(c, typed, troubleIn(error));
    }
  });

  app.get(onePath, (c) => webhookPage(c));

  app.get(`${onePath}/edit`, async (c) => {
    const webhook = await readToChange(c);
    return await formPage(c, { description: '', ...webhook }, undefined, webhook);
  });

  app.post(`${onePath}/edit`, async (c) => {
    const webhook = await read(c);
    const { token, typed } = await readTyped(c);
    if (!(await isFromHere(c, token))) return await formPage(c, typed, 'again', webhook);
    const input = check(webhookRequest, asked(typed));
    if (!input.success) return await formPage(c, typed, troubleOf(input.error.issues), webhook);
    try {
      const { url, events } = input.data;
      const change = { url, events, description: typed.description };
      await changeWebhook(c.get('person').caller, address(c), change, services);
    } catch (error) {
      return await formPage(c, typed, troubleIn(error), webhook);
    }
    return c.redirect(here(c), 303);
  });

  for (const action of ['rotate', 'delete'] as const)
    app.get(`${onePath}/${action}`, async (c) => {
      const webhook = await readToChange(c);
      const token = await formTokens.issue(c.get('session'));
      return show(
        c,
        <WebhookConfirmationPage {...page(c)} webhook={webhook} action={action} token={token} />,
      );
    });

  app.post(`${onePath}/rotate`, async (c) => {
    const { token } = await readForm(c, tokenForm);
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await webhookPage(c, 'again');
    const made = await rotateSecret(c.get('person').caller, address(c), { idempotencyKey }, services);
    return show(c, <WebhookSecretPage {...page(c)} {...made} isNew={false} />);
  });

  app.post(`${onePath}/delete`, async (c) => {
    const { token } = await readForm(c, tokenForm);
    if (!(await isFromHere(c, token))) return await webhookPage(c, 'again');
    await deleteWebhook(c.get('person').caller, address(c), services);
    return c.redirect(paths.webhooks(namedPartner(c)), 303);
  });

  app.post(`${onePath}/test`, async (c) => {
    const { token } = await readForm(c, tokenForm);
    if (!(await isFromHere(c, token))) return await webhookPage(c, 'again');
    await testWebhook(c.get('person').caller, address(c), services);
    return c.redirect(here(c, { done: 'test' }), 303);
  });

  for (const [action, status] of [
    ['disable', 'Disabled'],
    ['enable', 'Enabled'],
  ] as const)
    app.post(`${onePath}/${action}`, async (c) => {
      const { token } = await readForm(c, tokenForm);
      if (!(await isFromHere(c, token))) return await webhookPage(c, 'again');
      await changeWebhook(c.get('person').caller, address(c), { status }, services);
      return c.redirect(here(c), 303);
    });

  const page = (c: Context<ConsoleEnv>) => ({ view: personalView(context, c), ...namedPartner(c) });

  const isFromHere = async (c: Context<ConsoleEnv>, token: string): Promise<boolean> =>
    (await formTokens.idempotencyKeyOf(c.get('session'), token)) !== undefined;

  const read = (c: Context<ConsoleEnv>): Promise<WebhookAnswer> =>
    readWebhook(c.get('person').caller, address(c), services);

  async function readToChange(c: Context<ConsoleEnv>): Promise<WebhookAnswer> {
    managingPartner(c.get('person').caller, namedPartner(c).partnerId);
    return await read(c);
  }

  async function webhookPage(c: Context<ConsoleEnv>, notice = noticeOf(c)): Promise<Response> {
    const { caller } = c.get('person');
    const webhook = await read(c);
    const { items } = await listAttempts(caller, address(c), { limit: shownAttempts }, services);
    const token = await formTokens.issue(c.get('session'));
    const props = { ...page(c), webhook, attempts: items, token, ...(notice ? { notice } : {}) };
    return show(c, <WebhookPage {...props} />, notice === 'again' ? 403 : 200);
  }

  /** @param webhook the one that is changed; missing: a new one */
  async function formPage(
    c: Context<ConsoleEnv>,
    typed: TypedWebhook,
    trouble?: FormTrouble,
    webhook?: WebhookAnswer,
  ): Promise<Response> {
    const token = await formTokens.issue(c.get('session'));
    const props = {
      ...page(c),
      typed,
      token,
      ...(trouble ? { trouble } : {}),
      ...(webhook ? { webhook } : {}),
    };
    return show(c, <WebhookFormPage {...props} />, statusOf(trouble));
  }
}

const statusOf = (trouble: FormTrouble | undefined) =>
  trouble === undefined ? 200 : trouble === 'again' ? 403 : trouble === 'limit' ? 409 : 400;

/** As an operator names it in the address. */
function namedPartner(c: Context): { readonly partnerId?: string } {
  const named = identifier.safeParse(c.req.query('partnerId')?.trim());
  return named.success ? { partnerId: named.data } : {};
}

const address = (c: Context) => ({ ...checked(webhookPath, c.req.param()), ...namedPartner(c) });

const here = (c: Context, more: { readonly done?: string } = {}): string =>
  paths.webhook({ ...address(c), ...more });

const noticeOf = (c: Context): 'tested' | 'again' | undefined =>
  c.req.query('done') === 'test' ? 'tested' : undefined;

async function readTyped(c: Context): Promise<{ token: string; typed: TypedWebhook }> {
  const { token, url, description, ...ticked } = await readForm(c, webhookForm);
  return { token, typed: { url, description, events: Object.keys(ticked) } };
}

const asked = ({ url, description, events }: TypedWebhook) => ({
  url,
  events,
  ...(description === '' ? {} : { description }),
});

const troubleOf = (issues: readonly { readonly path: readonly PropertyKey[] }[]): FormTrouble =>
  issues.some(({ path: [field] }) => field === 'description') ? 'description' : 'url';

function troubleIn(error: unknown): FormTrouble {
  if (error instanceof Problem && error.code === 'webhook-limit-reached') return 'limit';
  if (error instanceof Problem && error.extras.errors?.some(({ path: field }) => field === 'url'))
    return 'url';
  throw error;
}
