import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { contactChange } from '../../shared/contracts/api.ts';
import { checked, Problem, problems } from '../../shared/contracts/problems.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { readOrder } from '../../shared/use-cases/read-order-lines.ts';
import { changeContact, type ContactChanges, findSentEmail } from '../../shared/use-cases/resend.ts';
import { type ConsoleEnv, type Desk, personalView, type Result } from './desk.ts';
import { readForm } from './form.ts';
import { keepLocale, localeNamed } from './language.ts';
import {
  type ContactField,
  contactFieldNames,
  ContactPage,
  ContactSavedPage,
  type FormTrouble,
  type LineNames,
  skipReasons,
  type TypedContact,
} from './pages/contact.tsx';
import { ExplanationPage } from './pages/dialog.tsx';
import { whyNot } from './pages/parts.tsx';
import { paths, root } from './paths.ts';
import { UnconfirmedPage } from './pages/unconfirmed.tsx';
import { isUnconfirmed, open, refusalOf, unconfirmedResult } from './resending.tsx';
import { show } from './show.ts';

const contactPath = `${root}/orders/:orderId/lines/:lineId/contact` as const;

/** Longer input than this is wrong anyway, and would not fit into what browsers keep. */
const mostTyped = 300;

const typedText = z.string().catch('');
const form = z.object({
  ticket: typedText,
  language: typedText,
  /** Who the form was shown to. */
  whose: typedText,
  email: typedText,
  name: typedText,
  locale: typedText,
  all: typedText.transform((text) => text === 'yes'),
});

const typedIn = ({ email, name, locale, all }: TypedContact): TypedContact => ({
  email: email.slice(0, mostTyped),
  name: name.slice(0, mostTyped),
  locale: locale.slice(0, mostTyped),
  all,
});

/** The dialog that changes the provisioning contact of a line, or of all lines of its order. */
export function changingContact(app: Hono<ConsoleEnv>, desk: Desk): void {
  const { services, tickets } = desk;

  app.get(contactPath, async (c) => {
    const { line, from } = await open(c, desk);
    const view = personalView(desk, c);
    const result = await desk.findResult(c);
    if (result?.kind === 'contact-changed')
      return show(c, <ContactSavedPage view={view} line={line} from={from} outcome={result} />);
    if (result?.kind === 'unconfirmed') {
      const { caller } = c.get('person');
      const request = { caller, of: 'contact-change', idempotencyKey: result.once } as const;
      const email = await findSentEmail(line, request, services);
      const common = { view, line, from };
      if (!email) return show(c, <UnconfirmedPage {...common} {...result} isChange />);
      const changes: ContactChanges = {
        lines: [{ line, outcome: 'sent', email: email.to }],
        skipped: [],
      };
      const { leavesOthers } = result;
      return show(
        c,
        <ContactSavedPage {...common} outcome={outcomeOf(changes)} leavesOthers={leavesOthers} />,
      );
    }
    if (c.req.query('done') !== undefined) return c.redirect(paths.line(line), 303);
    const { reason, canResendAt } = line.contactChange;
    if (reason !== undefined)
      return show(
        c,
        <ExplanationPage view={view} line={line} from={from} code={reason} canResendAt={canResendAt} />,
      );
    const draft = await desk.findDraft(c);
    const { email, name = '', locale } = line.provisioningContact;
    return await formPage(c, draft ?? { email, name, locale, all: false }, draft && { kind: 'kept-for-you' });
  });

  app.post(contactPath, async (c) => {
    const { line, from } = await open(c, desk);
    const { ticket, language, whose: _, ...typed } = await readForm(c, form);
    const chosen = localeNamed(language);
    if (chosen) {
      keepLocale(c, chosen);
      return await formPage(c, typed, undefined, 200, chosen);
    }
    const once = await tickets.redeem(c.get('session'), ticket);
    if (once === undefined) return await formPage(c, typed, { kind: 'confirm-again' }, 403);

    const { caller } = c.get('person');
    const { requestId } = readGatewayContext(c.env);
    const done = async (told: Result) => {
      desk.forgetDraft(c);
      return c.redirect(`${paths.contact(line, from)}&done=${await desk.leaveResult(c, told)}`, 303);
    };
    try {
      const { applyToAllLines, name = '', ...contact } = checked(contactChange, asked(typed));
      const request = { caller, requestId, applyToAllLines, idempotencyKey: once };
      return await done(outcomeOf(await changeContact(line, { ...contact, name }, request, services)));
    } catch (error) {
      if (!isUnconfirmed(error)) return await refusedPage(c, error, typed);
      const to = typed.email.trim();
      return await done(unconfirmedResult(error, { once, to, leavesOthers: typed.all }));
    }
  });

  async function formPage(
    c: Context<ConsoleEnv>,
    typed: TypedContact,
    trouble?: FormTrouble,
    status: Parameters<typeof show>[2] = 200,
    locale?: Parameters<typeof personalView>[2],
  ): Promise<Response> {
    const { line, from } = await open(c, desk);
    const { lines } = await readOrder(c.get('person').caller, line.orderId, services);
    const page = (
      <ContactPage
        view={personalView(desk, c, locale)}
        line={line}
        from={from}
        ticket={await tickets.issue(c.get('session'))}
        typed={typed}
        others={lines.filter(({ lineId }) => lineId !== line.lineId)}
        trouble={trouble}
      />
    );
    return show(c, page, status);
  }

  /** The form as it was typed with what is wrong, or that there is no changing the contact any more. */
  async function refusedPage(c: Context<ConsoleEnv>, error: unknown, typed: TypedContact): Promise<Response> {
    if (!(error instanceof Problem)) throw error;
    const { status } = problems[error.code];
    if (error.code === 'invalid-request') {
      const paths = error.extras.errors?.map(({ path }) => path) ?? [];
      const fields = contactFieldNames.filter((name) => paths.includes(name));
      return await formPage(c, typed, { kind: 'wrong', fields: orAll(fields) }, status);
    }
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    if (refusal.kind === 'not-sent') return await formPage(c, typed, refusal, status);
    const { line, from } = await open(c, desk);
    const { code, canResendAt } = refusal;
    const view = personalView(desk, c);
    if (code === 'point-of-no-return' || code === 'cancelled') {
      return show(
        c,
        <ExplanationPage view={view} line={line} from={from} code={code} notDone="save" />,
        status,
      );
    }
    const why = whyNot(view, line, {
      allowed: false,
      reason: code,
      ...(canResendAt === undefined ? {} : { canResendAt }),
    });
    return await formPage(c, typed, { kind: 'refused', why: why ?? '' }, status);
  }
}

/** Keeps what was sent with this form after the session had ended; answers whether it was this form. */
export async function keepTyped(c: Context, desk: Desk): Promise<boolean> {
  if (!c.req.path.endsWith('/contact')) return false;
  const { whose, ...typed } = await readForm(c, form);
  await desk.keepDraft(c, whose, typedIn(typed));
  return true;
}

/** The request that the form means; the contract knows no empty name. */
const asked = ({ email, name, locale, all }: TypedContact) => ({
  email: email.trim(),
  ...(name.trim() === '' ? {} : { name }),
  locale,
  applyToAllLines: all,
});

const orAll = (fields: readonly ContactField[]): readonly ContactField[] =>
  fields.length === 0 ? contactFieldNames : fields;

/** What the change did to each line, in the words of the page that tells it. */
function outcomeOf({ lines, skipped }: ContactChanges): Result & { kind: 'contact-changed' } {
  const groups = Map.groupBy(lines, ({ outcome, line }) => {
    if (outcome === 'saved') return line.status === 'Scheduled' ? 'saved' : 'quiet';
    return outcome === 'sent' ? 'sent' : 'kept';
  });
  const named = (group: 'sent' | 'saved' | 'quiet' | 'kept') =>
    nameSome(groups.get(group)?.map(({ line }) => line.lineId) ?? []);
  const reasons = Map.groupBy(
    skipped,
    ({ reason }) => skipReasons.find((known) => known === reason) ?? 'other',
  );
  return {
    kind: 'contact-changed',
    email: lines[0]?.email ?? '',
    sent: named('sent'),
    saved: named('saved'),
    quiet: named('quiet'),
    kept: named('kept'),
    skipped: [...reasons].map(([reason, left]) => ({
      reason,
      lines: nameSome(left.map(({ lineId }) => lineId)),
    })),
  };
}

/** As many ids as fit beside those of all other groups into what browsers keep. */
function nameSome(ids: readonly string[]): LineNames {
  const named: string[] = [];
  for (const id of ids.slice(0, 20)) {
    if (named.join().length + id.length > 120) break;
    named.push(id);
  }
  return { ids: named, count: ids.length };
}
