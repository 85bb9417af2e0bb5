import { publishedTypes } from '../../../shared/contracts/published-events.ts';
import type { WebhookAnswer } from '../../../shared/contracts/webhook-api.ts';
import { webhookType } from '../../../shared/contracts/webhooks.ts';
import type { PersonalView } from '../view.ts';
import { allAt, Dialog, inList, inWebhook, oneAt, type PageProps } from './webhooks.tsx';

/** What was typed into the form of a webhook. */
export interface TypedWebhook {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
}

export const webhookFieldNames = ['url', 'description'] as const;
export type WebhookField = (typeof webhookFieldNames)[number];

/** Why a form is shown again. */
export interface WhyAgain {
  readonly wrong?: readonly WebhookField[];
  /** What prevented it. */
  readonly trouble?: 'limit' | 'again';
}

interface FormProps extends PageProps, WhyAgain {
  readonly typed: TypedWebhook;
  readonly token: string;
  /** The webhook to change; missing: a new one. */
  readonly webhook?: WebhookAnswer;
}

const formId = 'webhook-form';

/** The form for a new webhook, or to change one. */
export function WebhookFormPage({ trouble, wrong = [], webhook, typed, token, ...props }: FormProps) {
  const { view } = props;
  const { t } = view;
  const title = webhook ? t.webhooks.editTitle : t.webhooks.add;
  const above = webhook ? [inList(props), inWebhook({ ...props, webhook })] : [inList(props)];
  const action = webhook ? oneAt({ ...props, webhook }, 'edit') : allAt(props);
  return (
    <Dialog view={view} title={title} above={above} form={formId}>
      {trouble ? (
        <p class="notice warn" role="alert">
          <span>{t.webhooks[trouble]}</span>
        </p>
      ) : null}
      <form id={formId} method="post" action={action} novalidate data-once>
        <input type="hidden" name="token" value={token} />
        {wrong.length === 0 ? null : <input type="hidden" name="checked" value="yes" />}
        {webhookFieldNames.map((name) => (
          <Field view={view} name={name} value={typed[name]} isWrong={wrong.includes(name)} />
        ))}
        <EventTypes view={view} chosen={typed.events} />
        <div class="buttons">
          <button type="submit" class="primary">
            {t.contactDialog.save}
          </button>
          <a class="button" href={above.at(-1)?.href}>
            {t.cancel}
          </a>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly view: PersonalView;
  readonly name: WebhookField;
  readonly value: string;
  readonly isWrong: boolean;
}

const attributes = {
  url: { type: 'url', required: true, spellcheck: false },
  description: {},
} as const satisfies Record<WebhookField, object>;

function Field({ view: { t }, name, value, isWrong }: FieldProps) {
  const described = isWrong
    ? { 'aria-invalid': 'true' as const, 'aria-describedby': `${name}-hint ${name}-wrong` }
    : { 'aria-describedby': `${name}-hint` };
  return (
    <div class="field">
      <label for={name}>{t.webhooks[name]}</label>
      <input id={name} name={name} value={value} autocomplete="off" {...attributes[name]} {...described} />
      <small id={`${name}-hint`}>{t.webhooks[`${name}Hint`]}</small>
      {isWrong ? (
        <p class="wrong" id={`${name}-wrong`}>
          {t.webhooks[`${name}Wrong`]}
        </p>
      ) : null}
    </div>
  );
}

function EventTypes({ view: { t }, chosen }: { view: PersonalView; chosen: readonly string[] }) {
  return (
    <fieldset class="field">
      <legend>{t.webhooks.events}</legend>
      <small>{t.webhooks.eventsHint}</small>
      {publishedTypes.map((type) => {
        const name = webhookType(type);
        return (
          <label class="choice">
            <input type="checkbox" name={name} value="yes" checked={chosen.includes(name)} />{' '}
            {t.webhooks.types[type]}
          </label>
        );
      })}
    </fieldset>
  );
}
