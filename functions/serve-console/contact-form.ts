import type { Context } from 'hono';
import * as z from 'zod';
import { contactChange } from '../../shared/contracts/api.ts';
import { check } from '../../shared/contracts/validation.ts';
import type { ConsoleContext } from './console-context.ts';
import { readForm } from './form.ts';
import {
  type ContactField,
  contactFieldNames,
  type TypedContact,
  type TypedRecipient,
} from './pages/contact.tsx';

/** Longer input is wrong anyway, and would not fit into a cookie. */
const mostTyped = 300;

/** A text field; a missing one counts as empty. */
export const typedText = z.string().catch('');

/** The dialog's form, as browsers send it. */
export const contactForm = z.object({
  token: typedText,
  language: typedText,
  /** The person that the form was shown to. */
  whose: typedText,
  /** The address of the contact when the form was first shown. */
  shown: typedText,
  email: typedText,
  name: typedText,
  locale: typedText,
  all: typedText.transform((text) => text === 'yes'),
});

/** Whether the form has the address that it was shown with, although the contact has another one by now. */
export const isAddressOutdated = ({ shown, email }: z.output<typeof contactForm>, current: string): boolean =>
  shown !== '' && email.trim() === shown && shown !== current;

const typedIn = ({ email, name, locale, all }: TypedContact): TypedContact => ({
  email: email.slice(0, mostTyped),
  name: name.slice(0, mostTyped),
  locale: locale.slice(0, mostTyped),
  all,
});

/** The wrong fields; all of them if the error does not say. */
export function wrongFields({ issues }: z.ZodError): readonly ContactField[] {
  const names = contactFieldNames.filter((name) => issues.some(({ path }) => path[0] === name));
  return names.length === 0 ? contactFieldNames : names;
}

/** The recipient in the fields; the contract has no empty name. */
export const recipientIn = ({ email, name, locale }: TypedRecipient) => ({
  email: email.trim(),
  ...(name.trim() === '' ? {} : { name }),
  locale,
});

/** The change that the form asks for, or what is wrong with it. */
export function changeIn(typed: TypedContact) {
  const input = check(contactChange, { ...recipientIn(typed), applyToAllLines: typed.all });
  if (!input.success) return { wrong: wrongFields(input.error) };
  const { applyToAllLines, name = '', ...contact } = input.data;
  // An empty name means none; a missing one would stay.
  return { contact: { ...contact, name }, applyToAllLines };
}

/** The ends of the paths of forms whose input is kept. */
const keptForms = ['/contact', '/copy-to'];

/**
 * Keeps the input if a form about a recipient was sent after the session had ended; returns whether it was such a form.
 */
export async function keepTyped(c: Context, context: ConsoleContext): Promise<boolean> {
  if (!keptForms.some((end) => c.req.path.endsWith(end))) return false;
  const { whose, ...typed } = await readForm(c, contactForm);
  await context.keepDraft(c, whose, typedIn(typed));
  return true;
}
