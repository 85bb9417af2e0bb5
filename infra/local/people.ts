import { partners } from './samples.ts';

/** A person to sign in as on one machine. */
export interface SamplePerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly partnerId?: keyof typeof partners;
  readonly roles: readonly ('view' | 'resend' | 'operator')[];
}

/** A partner's system that calls the API on one machine, with a secret that everybody may know. */
export const sampleProgram = {
  clientId: 'northwind-orders',
  clientSecret: 'for-this-machine-only',
  partnerId: 'northwind',
  roles: ['resend'],
} as const;

/** One for each difference that the console makes between people. */
export const people: readonly SamplePerson[] = [
  { id: 'maya', ...partners.northwind, partnerId: 'northwind', roles: ['view', 'resend'] },
  {
    id: 'erik',
    name: 'Erik Holm',
    email: 'erik.holm@northwind.example',
    partnerId: 'northwind',
    roles: ['view'],
  },
  { id: 'ken', ...partners.sakura, partnerId: 'sakura', roles: ['view', 'resend'] },
  { id: 'olivia', name: 'Olivia Grant', email: 'olivia.grant@operations.example', roles: ['operator'] },
  { id: 'sam', name: 'Sam Reed', email: 'sam.reed@northwind.example', partnerId: 'northwind', roles: [] },
];
