import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../shared/contracts/problems.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import { publishedTypes } from '../../shared/contracts/published-events.ts';
import { check } from '../../shared/contracts/validation.ts';
import { whyNotThere } from '../../shared/contracts/webhook-address.ts';
import {
  type WebhookAnswer,
  type WebhookRequest,
  webhookRequest,
} from '../../shared/contracts/webhook-api.ts';
import { webhookType } from '../../shared/contracts/webhooks.ts';
import {
  changeWebhook,
  createWebhook,
  type WebhookServices,
} from '../../shared/use-cases/manage-webhooks.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { readForm } from './form.ts';
import { keepLocale, localeNamed } from './language.ts';
import {
  type TypedWebhook,
  type WebhookField,
  webhookFieldNames,
  WebhookFormPage,
  type WhyAgain,
} from './pages/webhook-form.tsx';
import { WebhookSecretPage } from './pages/webhooks.tsx';
import { paths } from './paths.ts';
import { show } from './show.ts';
import { common, here, mustManage, namedPartner, onePath, read, webhookNamed } from './webhook-place.ts';

const typedText = z.string().catch('');
const trimmed = typedText.transform((text) => text.trim());
const webhookForm = z.lazy(() =>
  z.object({
    token: typedText,
    language: typedText,
    /** Whether the form said what is wrong. */
    checked: typedText,
    url: trimmed,
    description: trimmed,
    ...Object.fromEntries(
      publishedTypes.map((type) => [webhookType(type), z.literal('yes').optional().catch(undefined)]),
    ),
  }),
);

/** The form that adds or changes a webhook. */
export function webhookForms(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(`${paths.webhooks}/new`, async (c) => {
    mustManage(c);
    return await formPage(c, context, { typed: { url: '', description: '', events: [] } });
  });

  app.post(paths.webhooks, async (c) => {
    const { token, chosen, isChecked, typed } = await readTyped(c);
    if (chosen) {
      const again = isChecked ? wrongIn(typed, services) : {};
      return await formPage(c, context, { typed, ...again, locale: chosen });
    }
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await formPage(c, context, { typed, trouble: 'again' });
    const input = inputOf(typed, services);
    if ('wrong' in input) return await formPage(c, context, { typed, ...input });
    try {
      const request = { ...namedPartner(c), idempotencyKey };
      const told = { ...input, locale: context.view(c).locale };
      const made = await createWebhook(c.get('person').caller, told, request, services);
      return await show(c, <WebhookSecretPage {...common(c, context)} {...made} isNew={true} />);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'webhook-limit-reached')) throw error;
      return await formPage(c, context, { typed, trouble: 'limit' });
    }
  });

  app.get(`${onePath}/edit`, async (c) => {
    mustManage(c);
    const webhook = await read(c, context);
    return await formPage(c, context, { typed: { description: '', ...webhook }, webhook });
  });

  app.post(`${onePath}/edit`, async (c) => {
    const webhook = await read(c, context);
    const { token, chosen, isChecked, typed } = await readTyped(c);
    if (chosen) {
      const again = isChecked ? wrongIn(typed, services) : {};
      return await formPage(c, context, { typed, ...again, webhook, locale: chosen });
    }
    if (!(await formTokens.isValid(c.get('session'), token)))
      return await formPage(c, context, { typed, trouble: 'again', webhook });
    const input = inputOf(typed, services);
    if ('wrong' in input) return await formPage(c, context, { typed, ...input, webhook });
    const { url, events } = input;
    const change = { url, events, description: typed.description };
    await changeWebhook(c.get('person').caller, webhookNamed(c), change, services);
    return c.redirect(here(c), 303);
  });
}

interface FormProps extends WhyAgain {
  readonly typed: TypedWebhook;
  /** The webhook to change; missing: a new one. */
  readonly webhook?: WebhookAnswer;
  /** The language that was just chosen. */
  readonly locale?: Locale;
}

async function formPage(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  { locale, ...form }: FormProps,
): Promise<Response> {
  const token = await context.formTokens.issue(c.get('session'));
  const props = { ...common(c, context), view: personalView(context, c, locale), ...form };
  return show(c, <WebhookFormPage {...props} token={token} />, statusOf(form));
}

const statusOf = ({ trouble, wrong }: WhyAgain) =>
  trouble === 'again' ? 403 : trouble === 'limit' ? 409 : wrong === undefined ? 200 : 400;

interface Typed {
  readonly token: string;
  readonly typed: TypedWebhook;
  /** The language, if one of its buttons submitted the form. */
  readonly chosen: Locale | undefined;
  /** Whether the form said what is wrong. */
  readonly isChecked: boolean;
}

async function readTyped(c: Context): Promise<Typed> {
  const { token, language, checked, url, description, ...ticked } = await readForm(c, webhookForm);
  const chosen = localeNamed(language);
  if (chosen) keepLocale(c, chosen);
  return {
    token,
    typed: { url, description, events: Object.keys(ticked) },
    chosen,
    isChecked: checked === 'yes',
  };
}

const asked = ({ url, description, events }: TypedWebhook) => ({
  url,
  events,
  ...(description === '' ? {} : { description }),
});

/** The webhook that the form asks for, or all that is wrong with it. */
function inputOf(
  typed: TypedWebhook,
  { reach }: WebhookServices,
): WebhookRequest | { wrong: WebhookField[] } {
  const input = check(webhookRequest, asked(typed));
  const issues = input.error?.issues ?? [];
  const isWrong: Record<WebhookField, boolean> = {
    url: whyNotThere(typed.url, reach) !== undefined || issues.some(({ path: [field] }) => field === 'url'),
    description: issues.some(({ path: [field] }) => field === 'description'),
  };
  const wrong = webhookFieldNames.filter((name) => isWrong[name]);
  return input.success && wrong.length === 0 ? input.data : { wrong };
}

function wrongIn(typed: TypedWebhook, services: WebhookServices): WhyAgain {
  const input = inputOf(typed, services);
  return 'wrong' in input ? input : {};
}
