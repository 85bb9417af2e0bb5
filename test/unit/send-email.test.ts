import type { MailOutcome } from '../../shared/adapters/mail.ts';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { recordReported, recordSent } from '../../shared/domain/sent-emails.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import {
  type EmailRequest,
  type Permit,
  recordPauses,
  sendEmail,
  type SendServices,
} from '../../shared/use-cases/send-email.ts';
import { line, minutesBefore, now } from '../support/lines.ts';

const request: EmailRequest = {
  kind: 'resend',
  to: line().provisioningContact,
  actor: 'rana',
  owner: 'request 1',
};
const first = { ...request, kind: 'first' as const, id: 'claim-0', at: now, until: now };
const awaiting = recordSent(line(), first, { messageId: 'message-1', sentAt: now });

type Write = 'works' | 'before' | 'after';

/** A store with one line, whose writes fail one after the other as told: `before` they take effect, or `after`. */
function world(stored: OrderLine | undefined, writes: readonly Write[] = [], mail?: MailOutcome) {
  const left = [...writes];
  const pauses: number[] = [];
  const sent: string[] = [];
  let known = stored;
  function change<Result>(decided: { line?: unknown; result: Result }): Result {
    const { line: changed, result } = decided;
    if (changed === undefined || changed === known) return result;
    const write = left.shift() ?? 'works';
    if (write !== 'before') known = changed as OrderLine;
    if (write !== 'works') throw new NamedFault(faultNames.writeUnconfirmed, 'the table is away');
    return result;
  }
  const unused = () => Promise.reject(new Error('not used here'));
  const store: OrderLineStore = {
    find: unused,
    findWithOrder: unused,
    findOnboarding: unused,
    update: (_key, decide) => attempt(() => change(decide(known))),
    updateWithOrder: (_key, decide) => attempt(() => change(decide(known, undefined))),
    change: (_line, decide) =>
      attempt(() => {
        if (!isBooked(known)) throw new Error('the line is gone');
        return change(decide(known));
      }),
    findOrder: unused,
    recordOnboarding: unused,
    list: unused,
    listDue: () => {
      throw new Error('not used here');
    },
  };
  const services: SendServices = {
    store,
    mail: {
      send: ({ to }) => {
        sent.push(to);
        return Promise.resolve(mail ?? { outcome: 'accepted', messageId: 'message-2' });
      },
    },
    mailSettings: {
      senderAddress: 'provisioning@example.com',
      senderName: 'Provisioning',
      setupLink: 'https://admin.webex.com/',
    },
    now: () => new Date(now),
    newId: () => 'claim-1',
    metrics: silentMetrics,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const send = () => sendEmail(line(), (): Permit<string> => ({ send: request }), services);
  return {
    send,
    services,
    pauses,
    sent,
    stored: () => {
      if (!known) throw new Error('there is no line');
      return known;
    },
  };
}

/** What `work` answers or throws, as a promise of it. */
const attempt = <Result>(work: () => Result): Promise<Result> => new Promise((resolve) => resolve(work()));

const types = ({ history }: OrderLine) => history.map(({ type }) => type);

describe('the record of an email that was accepted', () => {
  it.each<[string, Write[]]>([
    ['fails a few times', ['works', 'before', 'before', 'before']],
    ['takes effect and its answer is lost', ['works', 'after']],
  ])('is there once, when its write %s', async (_, writes) => {
    const { send, sent, stored } = world(awaiting, writes);
    expect(await send()).toMatchObject({ outcome: 'sent', email: { messageId: 'message-2' } });
    expect(sent).toHaveLength(1);
    expect(types(stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(stored()).toMatchObject({ emailsSent: 2, lastEmail: { messageId: 'message-2' } });
    expect(stored()).not.toHaveProperty('claim');
  });

  it('is left to the report on the email, after so many tries that the sender ends before its claim does', async () => {
    const { send, pauses, stored } = world(awaiting, ['works', ...Array<Write>(100).fill('before')]);
    expect(await send()).toMatchObject({ outcome: 'unconfirmed' });
    expect(pauses).toEqual([...recordPauses]);
    expect(recordPauses.reduce((sum, pause) => sum + pause, 0)).toBe(1500);
    expect(stored().claim).toMatchObject({ id: 'claim-1', until: minutesBefore(-0.75) });

    const report = { claimId: 'claim-1', kind: undefined, messageId: 'message-2', to: 'x@y.example' };
    const confirmed = recordReported(stored(), { ...report, sentAt: now });
    expect(confirmed).toMatchObject({ emailsSent: 2, lastEmail: { to: 'it@example.com' } });
    expect(types(confirmed)).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
  });
});

describe('an email that was refused', () => {
  const refused = { outcome: 'refused', reason: 'MessageRejected' } as const;

  it('counts nothing, and is in the history', async () => {
    const { send, stored } = world(awaiting, [], refused);
    expect(await send()).toEqual(refused);
    expect(stored()).toMatchObject({ emailsSent: 1, unconfirmed: [] });
    expect(stored()).not.toHaveProperty('claim');
    expect(stored().history.at(-1)).toMatchObject({
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
    expect(stored()).toMatchObject({ emailsSent: 2, lastResentAt: now, unconfirmed: [{ id: 'claim-1' }] });
    expect(stored().history.at(-1)).toMatchObject({
      type: 'ProvisioningEmailUnconfirmed',
      to: 'it@example.com',
      kind: 'resend',
    });
  });

  it('stays one email when the report on it comes before it is recorded', async () => {
    const { send, services, stored } = world(awaiting);
    services.mail.send = async () => {
      await services.store.update(line(), (known) => {
        if (!isBooked(known)) throw new Error('there is no line');
        const report = { claimId: 'claim-1', kind: undefined, messageId: 'message-2', to: '', sentAt: now };
        return { line: recordReported(known, report), result: undefined };
      });
      return unknown;
    };
    expect(await send()).toMatchObject({ outcome: 'unconfirmed' });
    expect(types(stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(stored()).toMatchObject({ emailsSent: 2, unconfirmed: [] });
  });
});

describe('a claim', () => {
  it.each(['before', 'after'] as const)(
    'whose write fails %s it takes effect is given back, and no email was sent',
    async (when) => {
      const { send, sent, stored } = world(awaiting, [when]);
      expect(await send()).toEqual({ outcome: 'refused', reason: 'WriteUnconfirmed' });
      expect(sent).toEqual([]);
      expect(stored()).toEqual(awaiting);
    },
  );

  it('that cannot be given back runs out, and counts by then', async () => {
    const { send, sent, stored } = world(awaiting, ['after', 'before']);
    expect(await send()).toMatchObject({ outcome: 'unconfirmed', line: { emailsSent: 2 } });
    expect(sent).toEqual([]);
    expect(stored().claim).toMatchObject({ id: 'claim-1' });
  });

  it('whose own write is found there sends its email once, and counts it once', async () => {
    const { services, sent, stored } = world(awaiting);
    const decideTwice: OrderLineStore['updateWithOrder'] = async (key, decide) => {
      await services.store.update(key, (known) => decide(known, undefined));
      return await services.store.update(key, (known) => decide(known, undefined));
    };
    const store = { ...services.store, updateWithOrder: decideTwice };
    const outcome = await sendEmail(line(), () => ({ send: request }), { ...services, store });
    expect(outcome).toMatchObject({ outcome: 'sent' });
    expect(sent).toHaveLength(1);
    expect(types(stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(stored().emailsSent).toBe(2);
  });

  it('that was not made leaves the fault as it is', async () => {
    const { services } = world(awaiting, ['before']);
    const saving = (known: OrderLine | undefined): Permit<string> => ({
      instead: 'saved',
      ...(known ? { line: { ...known, contactsSaved: 5 } } : {}),
    });
    await expect(sendEmail(line(), saving, services)).rejects.toMatchObject({ name: 'WriteUnconfirmed' });
  });
});
