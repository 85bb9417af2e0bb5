import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { defaults } from '../../infra/settings.ts';
import { liveClaim } from '../../shared/domain/claims.ts';
import { copyKinds, emailEffects, isCopy } from '../../shared/domain/email-kinds.ts';
import { nextDueAt } from '../../shared/domain/follow-up.ts';
import {
  type Claim,
  isBooked,
  isOpen,
  type LineStatus,
  type OrderLine,
  type StoredLine,
} from '../../shared/domain/order-line.ts';
import { isReminderDue } from '../../shared/domain/reminders.ts';
import { later } from '../../shared/domain/time.ts';
import { presentEntry } from '../../shared/use-cases/present-history.ts';
import { daysAfter, itemOf, line, type LineChanges, minutesBefore, now } from '../support/lines.ts';
import {
  type Beginning,
  type Failing,
  newAddress,
  OneLine,
  type Operation,
  operations,
} from '../support/one-line.ts';
import { AllSchedules, type Choose, chosenBy, given, oneAfterTheOther } from '../support/schedules.ts';
import { randomFrom, shuffled } from '../support/random.ts';
import { seed } from '../support/seed.ts';

/*
 * What comes of it if two things happen to a line at the same time? The product's own functions run side by side on one
 * table, and each call that they make, of the table, the mail service or the workflow, waits for its turn. For every
 * two of all that can happen, every order of their calls is tried; orders that differ only in calls of which neither
 * touches what the other does come to the same, and one of them is tried. For three, fast-check's scheduler chooses.
 * Each time the line must end as if one had happened after the other, whichever was first, and what must always hold
 * does. What must always hold does so, too, if the table does not take a write of the line, or its answer or that of
 * the mail service is lost: tried with each of these calls of each two, where they begin in a way that the seed chooses.
 *
 * A failure names itself: INTERLEAVINGS='resend × cancel / awaiting / 0110' plays that schedule again, one with a fault as
 * 'resend × cancel / awaiting / a 1 before / 0110', and without the turns at its end all schedules. INTERLEAVINGS=all
 * tries faults wherever they begin. FC_SEED=<seed> chooses other ways to begin, and other threes; FC_SEED=random any.
 */
const wanted = process.env.INTERLEAVINGS;
const threes = 150;
const schedulesOfThree = 8;

/** So many schedules are tried with one fault, of the few hundreds that there are where a sweep takes part. */
const mostWithFault = wanted === 'all' ? Infinity : 200;

// How it begins

const { resendLimits: limits } = defaults;
const contact = line().provisioningContact;
const first = { messageId: 'message-0', to: contact.email, sentAt: minutesBefore(90) };
const awaiting = (changes: LineChanges = {}): OrderLine =>
  line({
    requestedStartDate: first.sentAt,
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: first.sentAt,
    closesAt: daysAfter(6),
    emailsSent: 1,
    lastEmail: { ...first, delivery: 'Accepted' },
    history: [
      ...line().history,
      {
        at: first.sentAt,
        type: 'ProvisioningEmailSent',
        actor: 'workflow',
        to: first.to,
        messageId: first.messageId,
        kind: 'first',
        result: 'Accepted',
      },
    ],
    ...changes,
  });

/** The second recipient. */
const copy = { email: 'desk@example.com', locale: 'en' } as const;

/** The first email, so long ago that a reminder may go. */
const sentDaysAgo = (days: number): LineChanges => {
  const sentAt = daysAfter(-days);
  return {
    requestedStartDate: sentAt,
    firstEmailSentAt: sentAt,
    lastEmail: { ...first, sentAt, delivery: 'Accepted' },
  };
};

const lost = (kind: 'first' | 'resend'): { claim: Claim } => ({
  claim: {
    id: 'lost',
    kind,
    owner: kind === 'first' ? 'execution 1' : 'request 1',
    to: contact,
    actor: 'somebody',
    at: minutesBefore(3),
    until: minutesBefore(2),
  },
});
const lostEmail = { messageId: 'message-lost', to: contact.email, claimId: 'lost' };

const due = { requestedStartDate: minutesBefore(40) };
const isOver = { closesAt: minutesBefore(40) };
const inTime = minutesBefore(50);
const tooLate = minutesBefore(5);
const special: readonly Operation[] = ['window end', 'copy change'];
const anyTime = operations.filter((operation) => !special.includes(operation));
const ofPeople: readonly Operation[] = ['resend', 'contact change'];

interface Begins extends Beginning {
  readonly happens: readonly Operation[];
  /** Of two that happen, one is this. */
  readonly always?: Operation;
}

/** How it can begin, and what is tried then. */
const beginnings: Readonly<Record<string, Begins>> = {
  unbooked: { happens: anyTime },
  'far ahead': {
    line: line({ requestedStartDate: daysAfter(400), executionRevision: 0 }),
    happens: ['contact change', 'reschedule', 'booking', 'sweep'],
  },
  due: { line: line(due), happens: anyTime },
  'first email lost': {
    line: line({ ...due, ...lost('first') }),
    lost: { ...lostEmail, kind: 'first' },
    happens: anyTime,
  },
  awaiting: {
    line: awaiting(),
    reported: first.messageId,
    happens: [...ofPeople, 'onboarding', 'cancel', 'feedback'],
  },
  'resend lost': {
    line: awaiting(lost('resend')),
    lost: { ...lostEmail, kind: 'resend' },
    happens: [...ofPeople, 'onboarding', 'cancel', 'feedback'],
  },
  'one email left for today': {
    line: awaiting({
      emailsSent: limits.perDay,
      countedEmailsAt: Array.from({ length: limits.perDay - 1 }, () => minutesBefore(80)),
    }),
    happens: ofPeople,
  },
  'one form': { line: awaiting(), key: 'form', happens: ['resend', 'feedback'] },
  overdue: { line: awaiting(isOver), onboardedAt: inTime, happens: operations },
  'overdue, onboarded late': {
    line: awaiting(isOver),
    onboardedAt: tooLate,
    reported: first.messageId,
    happens: [...ofPeople, 'onboarding', 'window end', 'sweep'],
  },
  closed: {
    line: awaiting({ ...isOver, status: 'Closed', closedAt: minutesBefore(39) }),
    onboardedAt: inTime,
    happens: [...ofPeople, 'onboarding', 'cancel'],
  },
  'reminder due': {
    line: awaiting({ closesAt: daysAfter(2), reminders: ['P2D'], ...sentDaysAgo(5) }),
    reported: first.messageId,
    happens: [
      ...ofPeople,
      'copy change',
      'onboarding',
      'cancel',
      'feedback',
      'booking',
      'sweep',
      'first email',
    ],
    always: 'first email',
  },
  'copy due': {
    line: awaiting({ copyTo: copy, copyDue: { kind: 'first-copy', at: first.sentAt } }),
    reported: first.messageId,
    happens: [...ofPeople, 'copy change', 'onboarding', 'cancel', 'feedback', 'sweep', 'first email'],
    always: 'first email',
  },
  'with a copy': {
    line: awaiting({ copyTo: copy }),
    reported: first.messageId,
    happens: ['copy change', ...ofPeople, 'onboarding', 'cancel', 'feedback'],
    always: 'copy change',
  },
};

interface Case {
  readonly name: string;
  readonly beginning: Beginning;
  readonly happening: readonly Operation[];
  readonly failing?: Failing;
}

const caseOf = (happening: readonly Operation[], begins: string): Case => {
  const beginning = beginnings[begins];
  if (!beginning) throw new Error(`nothing begins as ${begins}`);
  return { name: `${happening.join(' × ')} / ${begins}`, beginning, happening };
};

/** The same, but a call fails. */
const failingCase = (each: Case, failing: Failing): Case => ({
  ...each,
  name: `${each.name} / ${failing.of} ${failing.nth} ${failing.when}`,
  failing,
});

const beginningsOf = (happening: readonly Operation[]): readonly string[] =>
  Object.entries(beginnings)
    .filter(
      ([, { happens, always }]) =>
        happening.every((operation) => happens.includes(operation)) &&
        (always === undefined || happening.includes(always)),
    )
    .map(([begins]) => begins);

/** All pairs, but a copy can change with others only where the line has one. */
const pairs = operations
  .flatMap((one, index) => operations.slice(index).map((other) => [one, other] as const))
  .filter((pair) => !pair.includes('copy change') || beginningsOf(pair).length > 0);

// What comes of it

/** All that people and other systems are told of the line, but for the times and who was first. */
function outcomeOf({ line: stored, emails, answers }: OneLine): string {
  const told = isBooked(stored)
    ? {
        status: stored.status,
        contact: stored.provisioningContact,
        copyTo: stored.copyTo,
        isCopyDue: stored.copyDue !== undefined,
        isReminderDue: isReminderDue(stored, daysAfter(1)),
        requestedStartDate: stored.requestedStartDate,
        onboardedAt: stored.onboardedAt,
        cancelledAt: stored.cancelledAt,
        emailsSent: stored.emailsSent,
        contactsSaved: stored.contactsSaved,
        counted: stored.countedEmailsAt.length,
        isResent: stored.lastResentAt !== undefined,
        undeliverable: stored.undeliverable,
        lastEmail: [stored.lastEmail?.to, stored.lastEmail?.delivery],
        history: stored.history
          .map(presentEntry)
          .map(({ type, to, reason }) => [type, to, reason].join(' '))
          .sort(),
      }
    : stored;
  return JSON.stringify({
    told,
    emails: emails.map(({ kind, to }) => `${kind} ${to}`).sort(),
    answers: answers.map(({ word }) => word),
  });
}

const permutations = (indexes: readonly number[]): number[][] =>
  indexes.length === 0
    ? [[]]
    : indexes.flatMap((head) =>
        permutations(indexes.filter((index) => index !== head)).map((rest) => [head, ...rest]),
      );

const known = new Map<string, Promise<ReadonlySet<string>>>();

/** What can come of it if one happens after the other. */
function outcomesInTurn({ name, beginning, happening }: Case): Promise<ReadonlySet<string>> {
  const all = async () => {
    const outcomes = new Set<string>();
    for (const order of permutations([...happening.keys()])) {
      const one = new OneLine(beginning, happening);
      await one.play(oneAfterTheOther(order.flatMap((index) => one.tasks[index] ?? [])));
      outcomes.add(outcomeOf(one));
    }
    return outcomes;
  };
  const outcomes = known.get(name) ?? all();
  known.set(name, outcomes);
  return outcomes;
}

/** What a write of the line did that none may. */
function* wrongChanges({ changes }: OneLine): Generator<string> {
  for (const { before, after, knewOnboarding } of changes) {
    if (!isBooked(before)) continue;
    if (!isBooked(after)) {
      yield 'a booking was undone';
      continue;
    }
    const claim = after.claim?.id === before.claim?.id ? undefined : after.claim;
    if (claim) {
      if (before.status === 'Cancelled') yield 'a cancelled line was claimed';
      if (before.onboardedAt !== undefined || knewOnboarding) yield 'an onboarded line was claimed';
      const live = liveClaim(before, claim.at);
      if (live && live.owner !== claim.owner) yield 'a line was claimed that somebody else sends for';
      const recipient = isCopy(claim.kind) ? before.copyTo : before.provisioningContact;
      if (claim.kind !== 'contact-change' && claim.to.email !== recipient?.email)
        yield 'an email is for somebody who is not its recipient';
    }
    if (before.status === 'Cancelled' && after.status !== 'Cancelled') yield 'a cancellation was undone';
    if (before.onboardedAt !== undefined && after.onboardedAt !== before.onboardedAt)
      yield 'an onboarding was undone';
    if (before.closesAt !== undefined && after.closesAt !== before.closesAt) yield 'a window was moved';
    if (lasting(after) < lasting(before)) yield 'the history lost something';
  }
}

/** How many entries a history has, but for emails that may have left, since it may turn out that they did not. */
const lasting = ({ history }: OrderLine): number =>
  history.filter(({ type }) => type !== 'ProvisioningEmailUnconfirmed').length;

interface EmailEntry {
  readonly messageId?: string;
  readonly claimId?: string;
}

/** The history's entries of emails that left, or may have. */
const emailsIn = (stored: StoredLine | undefined): readonly EmailEntry[] =>
  isBooked(stored)
    ? stored.history.flatMap((entry) =>
        entry.type === 'ProvisioningEmailSent' || entry.type === 'ProvisioningEmailUnconfirmed'
          ? [entry]
          : [],
      )
    : [];

/** Where the history and the mail service do not agree. */
function* wrongBooks({ line: stored, emails, beginning }: OneLine): Generator<string> {
  const entries = emailsIn(stored);
  const left = [...(beginning.lost ? [beginning.lost] : []), ...emails];
  for (const { messageId, claimId } of left) {
    const isClaimed = isBooked(stored) && stored.claim?.id === claimId;
    const told = entries.filter((entry) => entry.messageId === messageId || entry.claimId === claimId);
    if (told.length + (isClaimed ? 1 : 0) !== 1) yield `${messageId} is ${told.length} times in the history`;
  }
  const others = entries.filter(
    ({ messageId, claimId }) =>
      messageId !== first.messageId &&
      !left.some((email) => email.messageId === messageId || email.claimId === claimId),
  );
  if (others.length > 0) yield 'the history tells of an email that never left';
  if (!isBooked(stored)) return;
  if (stored.claim && stored.claim.id !== beginning.lost?.claimId) yield 'a claim was left behind';
  const more = entries.length - emailsIn(beginning.line).length;
  if (stored.emailsSent !== (beginning.line?.emailsSent ?? 0) + more) yield 'the emails were miscounted';
}

/** How many emails left that count toward the daily limit. */
const emailsOfDay = ({ emails, beginning: { line: begun, lost } }: Pick<OneLine, 'emails' | 'beginning'>) =>
  (begun?.countedEmailsAt.length ?? 0) +
  [...(lost ? [lost] : []), ...emails].filter(({ kind }) => emailEffects[kind].countsTowardDay).length;

function* wrongEmails({ line: stored, emails, tasks, beginning }: OneLine): Generator<string> {
  const firsts = emails.filter(({ kind }) => kind === 'first').length;
  const hasLeft = beginning.line?.firstEmailSentAt !== undefined || beginning.lost?.kind === 'first';
  if (firsts > (hasLeft ? 0 : 1)) yield 'a first email left twice';
  for (const kind of ['resend', 'reminder', ...copyKinds] as const)
    if (emails.filter((email) => email.kind === kind).length > 1) yield `two emails left as ${kind}`;
  if (tasks.some(({ name }) => emails.filter(({ by, kind }) => by === name && !isCopy(kind)).length > 1))
    yield 'somebody sent two emails';
  if (!isBooked(stored)) return;
  if (emailsOfDay({ emails, beginning }) > limits.perDay) yield 'more emails left than may in a day';
  const reached = [first.to, ...emails.map(({ to }) => to)];
  // A contact that is saved while nobody knows that the first email left is told of it by a resend.
  if (beginning.lost?.kind === 'first') return;
  if (stored.firstEmailSentAt !== undefined && !reached.includes(stored.provisioningContact.email))
    yield 'the contact got no email';
}

/** Which status the rules give the line, whatever was first. */
function statusOf(
  stored: OrderLine,
  happening: readonly Operation[],
  begun: OrderLine | undefined,
): LineStatus {
  const { closesAt, onboardedAt = '', firstEmailSentAt } = stored;
  if (happening.includes('cancel')) return 'Cancelled';
  if (happening.includes('onboarding'))
    return closesAt !== undefined && closesAt <= onboardedAt ? 'Closed' : 'Onboarded';
  const isOverdue = begun?.closesAt !== undefined && begun.closesAt <= now;
  if (isOverdue && (happening.includes('window end') || happening.includes('sweep'))) return 'Closed';
  if (begun?.status === 'Closed') return 'Closed';
  return firstEmailSentAt === undefined ? 'Scheduled' : 'AwaitingProvisioningDetails';
}

function* wrongLine({ line: stored, item, beginning }: OneLine, happening: readonly Operation[]) {
  if (!isBooked(stored)) return;
  if (stored.status !== statusOf(stored, happening, beginning.line)) yield `the line is ${stored.status}`;
  for (const once of ['Booked', 'Onboarded', 'Closed', 'Cancelled'])
    if (stored.history.filter(({ type }) => type === once).length > 1) yield `the line was ${once} twice`;
  if (!isDeepStrictEqual(item, itemOf(stored))) yield 'the line is not found by what it is';
}

/** What people were told that is not so. */
function* wrongAnswers(one: OneLine, happening: readonly Operation[]): Generator<string> {
  const { emails, answers, tasks, beginning } = one;
  for (const [index, { word, messageId }] of answers.entries()) {
    const operation = happening[index];
    const name = tasks[index]?.name ?? '';
    const own = emails.find(({ by }) => by === name);
    const isSent =
      operation === 'resend'
        ? emails.some((email) => email.messageId === messageId && (email === own || beginning.key))
        : own?.to === newAddress(name);
    if (operation !== 'resend' && operation !== 'contact change') continue;
    // Whoever asks by the same key is told the same.
    if (word === 'email-unconfirmed' && one.hasFailed && (own || beginning.key)) continue;
    if (word === 'sent' ? !isSent : own || !isSo(word, one)) yield `the ${operation} was answered ${word}`;
  }
}

function isSo(word: string, { line: stored, emails, changes, beginning, hasFailed }: OneLine): boolean {
  if (word === 'order-line-not-found') return beginning.line === undefined;
  if (!isBooked(stored)) return false;
  const wasScheduled = [beginning.line, ...changes.map(({ after }) => after)].some(
    (known) => known?.status === 'Scheduled',
  );
  switch (word) {
    case 'cancelled':
      return stored.status === 'Cancelled';
    case 'point-of-no-return':
      return stored.onboardedAt !== undefined;
    case 'not-started':
    case 'saved-for-first':
      return wasScheduled;
    case 'resend-too-soon':
      return emails.some(({ kind }) => kind === 'resend');
    case 'resend-limit-reached':
      return emailsOfDay({ emails, beginning }) === limits.perDay;
    case 'contact-undeliverable':
      return stored.undeliverable.length > 0;
    case 'email-not-sent':
    case 'internal':
      return hasFailed;
    default:
      return false;
  }
}

/** What is still wrong when the sweep has run as the line is due, or when the event that settled it came again. */
async function* wrongInTheEnd(one: OneLine, happening: readonly Operation[]): AsyncGenerator<string> {
  const isRunning = (line: OrderLine) => one.executions.get(line.executionRevision)?.status === 'RUNNING';
  const { line: stored } = one;
  if (!isBooked(stored)) return;
  if (isOpen(stored)) await one.after('sweep', later(nextDueAt(stored) ?? now, now));
  const settling = happening.find((operation) => operation === 'cancel' || operation === 'onboarding');
  if (settling) await one.after(settling);
  const { line } = one;
  if (!isBooked(line)) return;
  if (isOpen(line) && !isRunning(line)) yield 'an open line has no execution';
  // If nobody knows that a sweep has closed the line, the execution finds out: its window is over.
  const endsByItself = one.hasFailed && line.status === 'Closed';
  if (!isOpen(line) && isRunning(line) && !endsByItself) yield 'a settled line has an execution';
}

/** What it ended in, if that is nothing that can come of it if one happens after the other. */
async function wrongOutcome(one: OneLine, each: Case): Promise<readonly string[]> {
  const outcome = outcomeOf(one);
  const possible = await outcomesInTurn(each);
  return possible.has(outcome)
    ? []
    : [`it ended in\n${outcome}\nwhich is none of\n${[...possible].join('\n')}`];
}

/** Plays a schedule, and looks at what came of it; answers that, or undefined if it led nowhere new. */
async function holds(each: Case, chooseFor: (one: OneLine) => Choose): Promise<OneLine | undefined> {
  const { name, beginning, happening, failing } = each;
  const one = new OneLine(beginning, happening, failing);
  const choose = chooseFor(one);
  const turns: number[] = [];
  const noting: Choose = async (ready) => {
    const task = await choose(ready);
    if (task) turns.push(one.tasks.indexOf(task));
    return task;
  };
  const wrongs: string[] = [];
  try {
    if (!(await one.play(noting))) return undefined;
    // The next one goes on where a sweep failed.
    if (one.answers.some((answer) => answer.word === 'failed')) await one.after('sweep');
    wrongs.push(
      ...wrongChanges(one),
      ...wrongBooks(one),
      ...wrongEmails(one),
      ...wrongLine(one, happening),
      ...wrongAnswers(one, happening),
    );
    if (!failing) wrongs.push(...(await wrongOutcome(one, each)));
    for await (const wrong of wrongInTheEnd(one, happening)) wrongs.push(wrong);
  } catch (error) {
    wrongs.push(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');
  }
  if (wrongs.length > 0) throw new Error(`INTERLEAVINGS='${name} / ${turns.join('')}': ${wrongs.join('; ')}`);
  return one;
}

/** Tries all schedules; answers how many there are. */
async function holdsAlways(each: Case): Promise<number> {
  const schedules = new AllSchedules();
  let count = 0;
  do {
    if (await holds(each, () => schedules.choose)) count += 1;
  } while (schedules.next());
  return count;
}

/**
 * Tries all schedules in which a write of the line fails, each once, before it takes effect and after, or the answer of
 * the mail service is lost.
 */
async function holdsWithFaults(each: Case): Promise<number> {
  const [one, other] = each.happening;
  let count = 0;
  for (const of of one === other ? ['a'] : ['a', 'b'])
    for (const when of ['before', 'after', 'mailed'] as const)
      for (let nth = 1, isMet = true; isMet; nth += 1) {
        const schedules = new AllSchedules();
        isMet = false;
        let tries = 0;
        do {
          tries += 1;
          const played = await holds(failingCase(each, { of, nth, when }), () => schedules.choose);
          if (played?.hasFailed !== true) continue;
          isMet = true;
          count += 1;
        } while (tries < mostWithFault && schedules.next());
      }
  return count;
}

const isOperation = (text: string): text is Operation => operations.some((operation) => operation === text);

const failing = /^(?<of>[ab]) (?<nth>\d+) (?<when>before|after|mailed)$/;

if (wanted !== undefined && wanted !== 'all') {
  it(wanted, async () => {
    const [happening = '', begins = '', ...rest] = wanted.split(' / ');
    const plain = caseOf(happening.split(' × ').filter(isOperation), begins);
    const { of = '', nth, when } = failing.exec(rest[0] ?? '')?.groups ?? {};
    const isFaulty = when === 'before' || when === 'after' || when === 'mailed';
    const each = isFaulty ? failingCase(plain, { of, nth: Number(nth), when }) : plain;
    const turns = isFaulty ? rest[1] : rest[0];
    if (turns === undefined) await holdsAlways(each);
    else await holds(each, ({ tasks }) => given(Array.from(turns, Number), tasks));
  });
} else {
  let schedules = 0;
  let faulty = 0;
  let held = 0;

  const random = randomFrom(seed);
  const withFaults = pairs.flatMap((pair) => {
    const begins = shuffled(beginningsOf(pair), random);
    return (wanted === 'all' ? begins : begins.slice(0, 1)).map((each) => [...pair, each] as const);
  });

  afterAll(() => {
    const tests = pairs.length + withFaults.length + 1;
    process.stdout.write(
      `interleavings: ${pairs.length} pairs, ${schedules} schedules, ${faulty} with a fault, ${threes} triples ` +
        `in ${schedulesOfThree} each (FC_SEED=${seed}): ` +
        `${held === tests ? 'all held' : `${held} of ${tests} tests held`}\n`,
    );
  });

  it.each(pairs)('%s and %s come to the same side by side as one after the other', async (...pair) => {
    const begins = beginningsOf(pair);
    expect(begins).not.toEqual([]);
    for (const each of begins) schedules += await holdsAlways(caseOf(pair, each));
    held += 1;
  });

  it.each(withFaults)(
    '%s and %s (%s) break nothing side by side if a call fails',
    async (one, other, begins) => {
      faulty += await holdsWithFaults(caseOf([one, other], begins));
      held += 1;
    },
  );

  it('so do three', async () => {
    const three = fc
      .constantFrom(...Object.keys(beginnings).filter((begins) => beginnings[begins]?.always === undefined))
      .chain((begins) =>
        fc.tuple(
          fc.constant(begins),
          fc.array(fc.constantFrom(...(beginnings[begins]?.happens ?? [])), { minLength: 3, maxLength: 3 }),
        ),
      );
    const schedulers = fc.array(fc.scheduler(), {
      minLength: schedulesOfThree,
      maxLength: schedulesOfThree,
    });
    await fc.assert(
      fc.asyncProperty(three, schedulers, async ([begins, happening], ways) => {
        for (const way of ways) await holds(caseOf(happening, begins), () => chosenBy(way));
      }),
      { seed, numRuns: threes },
    );
    held += 1;
  });
}
