import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { faultNames, NamedFault } from '../../shared/contracts/workflow.ts';
import { isBooked, type OrderLine, recordSent, withClaim } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import {
  claimFor,
  recordPauses,
  sendClaimed,
  type SendServices,
  updateWithClaim,
} from '../../shared/use-cases/send-email.ts';
import { line, now } from '../support/lines.ts';

const claim = claimFor(
  { kind: 'resend', to: line().provisioningContact, actor: 'rana', owner: 'request 1' },
  now,
  () => 'claim-1',
);
const awaiting = recordSent(line(), { ...claim, kind: 'first' }, { messageId: 'message-1', sentAt: now });

/** A store with one line, whose writes fail as told: `before` they take effect, or `after`. */
function world(stored: OrderLine, failures: readonly ('before' | 'after')[] = []) {
  const left = [...failures];
  const pauses: number[] = [];
  const sent: string[] = [];
  let known = stored;
  const write = (changed: OrderLine) => {
    const failure = left.shift();
    if (failure !== 'before') known = changed;
    if (failure !== undefined) throw new Error('the table is away');
  };
  const unused = () => Promise.reject(new Error('not used here'));
  const store: OrderLineStore = {
    find: unused,
    update: (_key, decide) =>
      new Promise((resolve) => {
        const { line: changed, result } = decide(known);
        if (isBooked(changed) && changed !== known) write(changed);
        resolve(result);
      }),
    change: (_line, change) =>
      new Promise((resolve) => {
        const changed = change(known);
        if (changed !== known) write(changed);
        resolve(changed);
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
        return Promise.resolve('message-2');
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
  return { services, pauses, sent, stored: () => known };
}

const types = ({ history }: OrderLine) => history.map(({ type }) => type);

describe('the record of an email that was accepted', () => {
  const claimed = withClaim(awaiting, claim);

  it.each<[string, ('before' | 'after')[]]>([
    ['fails a few times', ['before', 'before', 'before']],
    ['takes effect and its answer is lost', ['after']],
  ])('is there once, when its write %s', async (_, failures) => {
    const { services, sent, stored } = world(claimed, failures);
    await sendClaimed(claimed, claim, services);
    expect(sent).toHaveLength(1);
    expect(types(stored())).toEqual(['Booked', 'ProvisioningEmailSent', 'ProvisioningEmailSent']);
    expect(stored()).toMatchObject({ emailsSent: 2, lastEmail: { messageId: 'message-2' } });
    expect(stored()).not.toHaveProperty('claim');
  });

  it('is given up after so many tries that the sender ends before its claim does', async () => {
    const { services, pauses, stored } = world(claimed, Array(100).fill('before'));
    await expect(sendClaimed(claimed, claim, services)).rejects.toThrow('the table is away');
    expect(pauses).toEqual([...recordPauses]);
    expect(recordPauses.reduce((sum, pause) => sum + pause, 0)).toBe(3100);
    expect(stored().claim).toEqual(claim);
  });

  it('says that the mail service refused, also if that cannot be recorded', async () => {
    const { services } = world(claimed, Array(100).fill('before'));
    const refusal = new NamedFault(faultNames.emailNotSent, 'refused');
    const mail = { send: () => Promise.reject(refusal) };
    await expect(sendClaimed(claimed, claim, { ...services, mail })).rejects.toBe(refusal);
  });
});

describe('a claim', () => {
  const take = (known: unknown) =>
    isBooked(known as OrderLine)
      ? { line: withClaim(known as OrderLine, claim), claim, result: 'claimed' }
      : { result: 'nothing' };

  it.each(['before', 'after'] as const)(
    'whose write fails %s it takes effect is given back, and no email was sent',
    async (when) => {
      const { services, stored } = world(awaiting, [when]);
      await expect(updateWithClaim(awaiting, take, services)).rejects.toMatchObject({ name: 'EmailNotSent' });
      expect(stored()).toEqual(awaiting);
    },
  );

  it('that cannot be given back runs out', async () => {
    const { services, stored } = world(awaiting, ['after', 'before']);
    await expect(updateWithClaim(awaiting, take, services)).rejects.toMatchObject({ name: 'EmailNotSent' });
    expect(stored().claim).toEqual(claim);
  });

  it('that was not made leaves the fault as it is', async () => {
    const { services } = world(awaiting, ['before']);
    const change = () => ({ line: { ...awaiting, emailsSent: 5 }, result: undefined });
    await expect(updateWithClaim(awaiting, change, services)).rejects.toThrow('the table is away');
  });
});
