import { type Contact, type Locale, type OrderLine, type Stamp, withHistory } from './order-line.ts';

/** A change of the provisioning contact: what is not given stays, but a name goes with its address; '' is no name. */
export interface ContactChange {
  readonly email: string;
  readonly name?: string;
  readonly locale?: Locale;
}

/** The contact after the change. */
export const changedContact = ({ provisioningContact: known }: OrderLine, change: ContactChange): Contact =>
  changedRecipient(known, change);

/** A recipient after a change; `known`: before, if there was one. */
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

/** Changes the provisioning contact without an email: before the first one, or its name and language alone. */
export const saveContact = (line: OrderLine, contact: Contact, stamp: Stamp): OrderLine => ({
  ...withContact(line, contact, stamp),
  contactsSaved: line.contactsSaved + 1,
});

/** Addresses are compared case-insensitively: mail systems that distinguish case do not occur in practice. */
export const isSameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether a change from one contact to the other changes nothing. */
export const isSameContact = (a: Contact, b: Contact): boolean =>
  isSameAddress(a.email, b.email) && a.name === b.name && a.locale === b.locale;
