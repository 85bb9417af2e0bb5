import { type Contact, type Locale, type OrderLine, type Stamp, withHistory } from './order-line.ts';

/**
 * A change of the provisioning contact. What is not given stays, except that a name goes with its address; '' means no
 * name.
 */
export interface ContactChange {
  readonly email: string;
  readonly name?: string;
  readonly locale?: Locale;
}

/** The contact after the change. */
export const changedContact = ({ provisioningContact: known }: OrderLine, change: ContactChange): Contact =>
  changedRecipient(known, change);

/** A recipient after a change; `known`: the one before, if any. */
export function changedRecipient(known: Contact | undefined, change: ContactChange): Contact {
  const same = known && isSameAddress(known.email, change.email) ? known : undefined;
  const name = change.name ?? same?.name;
  return {
    email: same?.email ?? change.email,
    ...(name === undefined || name === '' ? {} : { name }),
    locale: change.locale ?? known?.locale ?? 'en',
  };
}

export function withContact(line: OrderLine, contact: Contact, stamp: Stamp): OrderLine {
  return withHistory(
    { ...line, provisioningContact: contact },
    { ...stamp, type: 'ProvisioningContactChanged', to: contact.email },
  );
}

/** Changes the provisioning contact without an email: before the first one, or when only name and language change. */
export const saveContact = (line: OrderLine, contact: Contact, stamp: Stamp): OrderLine => ({
  ...withContact(line, contact, stamp),
  contactsSaved: line.contactsSaved + 1,
});

/** Addresses are compared case-insensitively: in practice no mail system distinguishes case. */
export const isSameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether changing from one contact to the other changes nothing. */
export const isSameContact = (a: Contact, b: Contact): boolean =>
  isSameAddress(a.email, b.email) && a.name === b.name && a.locale === b.locale;
