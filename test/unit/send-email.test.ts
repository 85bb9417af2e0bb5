import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { giveUpClaim } from '../../shared/domain/claims.ts';
import { isBooked, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { recordReported, recordSent } from '../../shared/domain/sent-emails.ts';
import { cancel } from '../../shared/domain/transitions.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import type { EmailRequest, Permit } from '../../shared/use-cases/claim-email.ts';
import { recordPauses } from '../../shared/use-cases/record-email.ts';
import { sendEmail, type SendServices } from '../../shared/use-cases/send-email.ts';
import { itemOf, line, minutesBefore, now } from '../support/lines.ts';
import { linesOf } from '../support/memory-store.ts';
import { type Around, MemoryTable } from '../support/memory-table.ts';
import { mailSettings } from '../support/mail-settings.ts';

const request: EmailRequest = {
  kind: 'resend',
  to: line().provisioningContact,
  actor: 'rana',
  owner: 'request 1',
};
const first = { ...request, kind: 'first' as const, id: 'claim-0', at: now, until: now };
const awaiting = recordSent(line(), first, { messageId: 'message-1', sentAt: now });

type Write = 'works' | 'before' | 'after' | 'twice' | 'overtaken' | 'late' | 'given up';

/** What the SDK throws for a table that does not answer. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * A store with one line, whose writes fail one after the other as told: `before` they take effect, or `after`; `overtaken`
 * by somebody who cancels the line; or unanswered, and so `late` that the next one comes first, or seen by another try of the
 * same sender, by which a claim is `given up`.
 */
function world(stored: OrderLine, writes: readonly Write[] = [], answer?: MailOutcome) {
  const left = [...writes];
  const pauses: number[] = [];
  const sent: string[] = [];
  const counted: string[] = [];
  const table = new MemoryTable();
  table.put(itemOf(stored));
  const late: (() => Promise<unknown>)[] = [];
  const unreliably: Around = async (command, call) => {
    if (command !== 'PutItemCommand') return await call();
    const write = left.shift() ?? 'works';
    if (write === 'overtaken') {
      const cancelled = cancel(stored, now, { at: now, actor: 'commerce.workspace' });
      table.put(itemOf({ ...cancelled, version: stored.version + 1 }));
    }
    if (write === 'late') late.push(call);
    if (write === 'before' || write === 'overtaken' || write === 'late') throw new TimeoutError();
    const due = late.splice(0);
    try {
      const result = await call();
      if (write === 'given up') {
        const known = linesOf(table)[0];
        if (isBooked(known)) table.put(itemOf({ ...giveUpClaim(known), version: known.version + 1 }));
      }
      if (write === 'after' || write === 'given up') throw new TimeoutError();
      // The SDK tries again, since it got no answer.
      return write === 'twice' ? await call() : result;
    } finally {
      await Promise.allSettled(due.map(async (arrive) => await arrive()));
    }
  };
  const store = orderLineStore(table.client(unreliably), tableName, defaults.settledLineDays, () =>
    Promise.resolve(),
  );
  const services: SendServices = {
    store,
    mail: {
      send: ({ to }) => {
        sent.push(to);
        return Promise.resolve(answer ?? { outcome: 'accepted', messageId: 'message-2' });
      },
    },
    mailSettings,
    now: () => new Date(now),
    newId: () => 'claim-1',
    metrics: { add: (name) => counted.push(name) },
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const find = async () => {
    const line = await store.find(stored);
    if (!isBooked(line)) throw new Error('there is no line');
    return line;
  };
  const send = () => sendEmail(stored, permitted, services);
  return { send, services, pauses, sent, counted, stored: find };
}

const permitted = (known: StoredLine): Permit<string> => {
  if (!isBooked(known)) throw new Error('there is no line');
  return { send: request, line: known };
};

const types = ({ history }: OrderLine) => history.map(({ type }) => type);

describe('the record of an email that was accepted', () => {
  it.each<[string, Write[]]>([
    ['fails a few times', ['works', 'before', 'before', 'before']],
    ['takes effect and its answer is lost', ['works', 'after']],
    ['takes effect and is repeated', ['works', 'twice']],
  ])('is there once, and counted once, when its write %s', async (_, writes) => {
    const { send, sent, counted, stored } = world(awaiting, writes);
    expect(await send()).toMatchObject({ outcome: 'sent', email: { messageId: 'message-2' } });
    expect(sent).toHaveLength(1);
    expect(counted).toEqual(['EmailsSent']);
    expect(types(await stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(await stored()).toMatchObject({ emailsSent: 2, lastEmail: { messageId: 'message-2' } });
    expect(await stored()).not.toHaveProperty('claim');
  });

  it('is left to the report on the email, after so many tries that the sender ends before its claim does', async () => {
    const { send, pauses, stored } = world(awaiting, ['works', ...Array<Write>(100).fill('before')]);
    expect(await send()).toMatchObject({ outcome: 'unconfirmed' });
    expect(pauses).toEqual([...recordPauses]);
    expect(recordPauses.reduce((sum, pause) => sum + pause, 0)).toBe(1500);
    expect((await stored()).claim).toMatchObject({ id: 'claim-1', until: minutesBefore(-0.75) });

    const report = { claimId: 'claim-1', kind: undefined, messageId: 'message-2', to: 'x@y.example' };
    const confirmed = recordReported(await stored(), { ...report, sentAt: now });
    expect(confirmed).toMatchObject({ emailsSent: 2, lastEmail: { to: 'it@example.com' } });
    expect(types(confirmed)).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
  });
});

describe('an email that was refused', () => {
  const refused = { outcome: 'refused', reason: 'MessageRejected' } as const;

  it('counts nothing, and is in the history', async () => {
    const { send, stored } = world(awaiting, [], refused);
    expect(await send()).toMatchObject(refused);
    expect(await stored()).toMatchObject({ emailsSent: 1, unconfirmed: [] });
    expect(await stored()).not.toHaveProperty('claim');
    expect((await stored()).history.at(-1)).toMatchObject({
      type: 'ProvisioningEmailFailed',
      to: 'it@example.com',
      reason: 'MessageRejected',
    });
  });

  it('is not said to be refused if its claim stays, since that will count', async () => {
    const { send } = world(awaiting, ['works', ...Array<Write>(100).fill('before')], refused);
    expect(await send()).toMatchObject({ outcome: 'unconfirmed' });
  });
});

describe('an email whose answer was lost', () => {
  const unknown = { outcome: 'unknown', reason: 'TimeoutError' } as const;

  it('counts, and is in the history at once with to whom it may have gone', async () => {
    const { send, sent, stored } = world(awaiting, [], unknown);
    expect(await send()).toMatchObject({ outcome: 'unconfirmed', line: { emailsSent: 2 } });
    expect(sent).toHaveLength(1);
    expect(await stored()).toMatchObject({
      emailsSent: 2,
      lastResentAt: now,
      unconfirmed: [{ id: 'claim-1' }],
    });
    expect((await stored()).history.at(-1)).toMatchObject({
      type: 'ProvisioningEmailUnconfirmed',
      to: 'it@example.com',
      kind: 'resend',
    });
  });

  it('stays one email when the report on it comes before it is recorded', async () => {
    const { send, services, stored } = world(awaiting);
    services.mail.send = async () => {
      const report = { claimId: 'claim-1', kind: undefined, messageId: 'message-2', to: '', sentAt: now };
      await services.store.change(
        await stored(),
        booked((known) => ({ line: recordReported(known, report) })),
      );
      return unknown;
    };
    expect(await send()).toMatchObject({ outcome: 'unconfirmed' });
    expect(types(await stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(await stored()).toMatchObject({ emailsSent: 2, unconfirmed: [] });
  });
});

describe('a claim', () => {
  it.each<[string, Write]>([
    ['fails before it takes effect', 'before'],
    ['fails after it took effect', 'after'],
    ['takes effect late', 'late'],
    ['took effect, and which was given up since', 'given up'],
  ])('whose write %s is given back, and no email was sent', async (_name, write) => {
    const { send, sent, stored } = world(awaiting, [write]);
    expect(await send()).toEqual({ outcome: 'refused', reason: 'TimeoutError' });
    expect(sent).toEqual([]);
    const { version: _, ...unchanged } = awaiting;
    expect(await stored()).toMatchObject(unchanged);
    expect(await stored()).not.toHaveProperty('claim');
  });

  it('is given back without undoing what somebody else wrote in its place', async () => {
    const { send, sent, stored } = world(awaiting, ['overtaken']);
    expect(await send()).toEqual({ outcome: 'refused', reason: 'TimeoutError' });
    expect(sent).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'Cancelled', cancelledAt: now });
  });

  it('is given back as soon as the table takes it', async () => {
    const { send, sent, stored } = world(awaiting, ['after', 'before', 'before']);
    expect(await send()).toEqual({ outcome: 'refused', reason: 'TimeoutError' });
    expect(sent).toEqual([]);
    expect(await stored()).not.toHaveProperty('claim');
  });

  it.each([
    ['after', { claim: { id: 'claim-1' } }],
    ['before', { emailsSent: 1 }],
  ] as const)(
    'that cannot be given back (%s) is a fault, which says nothing of an email',
    async (when, left) => {
      const { send, sent, stored } = world(awaiting, [
        when,
        'before',
        ...recordPauses.map(() => 'before' as const),
      ]);
      await expect(send()).rejects.toMatchObject({ name: 'WriteUnconfirmed' });
      expect(sent).toEqual([]);
      expect(await stored()).toMatchObject(left);
    },
  );

  it('whose own write is found there sends its email once, and counts it once', async () => {
    const { send, sent, stored } = world(awaiting, ['twice']);
    const outcome = await send();
    expect(outcome).toMatchObject({ outcome: 'sent' });
    expect(sent).toHaveLength(1);
    expect(types(await stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect((await stored()).emailsSent).toBe(2);
  });

  it('that was not made leaves the fault as it is', async () => {
    const { services } = world(awaiting, ['before']);
    const saving = (known: StoredLine): Permit<string> => ({
      instead: 'saved',
      ...(isBooked(known) ? { line: { ...known, contactsSaved: 5 } } : {}),
    });
    await expect(sendEmail(line(), saving, services)).rejects.toMatchObject({ name: 'WriteUnconfirmed' });
  });
});
