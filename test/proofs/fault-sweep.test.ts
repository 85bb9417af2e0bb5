import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { refusedByAws } from '../../infra/local/wire/checked.ts';
import { withoutStaleClaim } from '../../shared/domain/claims.ts';
import { type EmailKind, emailKinds } from '../../shared/domain/email-kinds.ts';
import { isOpen, type LineStatus, type OrderLine } from '../../shared/domain/order-line.ts';
import { nextReminderAt } from '../../shared/domain/reminders.ts';
import { minus } from '../../shared/domain/time.ts';
import { booked, cancelled, onboarded, rescheduled } from '../support/events.ts';
import { temporaryFolder } from '../support/service.ts';
import { randomFrom, shuffled } from '../support/random.ts';
import { tellable, toldBy } from '../support/told-line.ts';
import { codePlace, type FaultName, faultsOf, type Spot, Trial } from '../support/trial.ts';
import { Place, Violation, World } from '../support/world.ts';

/*
 * What happens if a call of AWS fails? The stories of the product are told once, and every call that the functions and
 * the workflow make in them is noted. Then they are told again, each time with one fault at one call: every place in
 * the code that makes a call meets every fault, in a story that the seed chooses, and so do some of the other calls,
 * other ones with each seed. What people and systems outside do about it is what they would do: queues deliver again,
 * operators redrive dead letters, callers ask again by the same key or look first. Afterwards everything must hold as
 * if nothing had happened, and the books of the lines and of the mail service must agree. A recount at the end of each
 * folder must find what was counted in its stories.
 *
 * FAULT_SWEEP_SEED makes another choice (`random`: any), FAULT_SWEEP=all takes all calls of all stories, and
 * FAULT_SWEEP='story/index of the call/fault' a single one, as failures name them; so does its beginning for several.
 */
const seed =
  process.env.FAULT_SWEEP_SEED === 'random' ? randomInt(2 ** 31) : Number(process.env.FAULT_SWEEP_SEED ?? 7);
const wanted = process.env.FAULT_SWEEP;

/** How many calls are chosen besides, of those whose place in the code is met in another story. */
const further = 8;

/** Milliseconds: a build's choice takes a few minutes, everything a quarter of an hour. */
const timeLimit = wanted === undefined ? 900_000 : 3_600_000;

/** So many services work side by side, since each waits a good part of its time. */
const crewSize = 4;

/** After so many runs a service begins anew: all emails and events so far are looked through again and again. */
const runsOfFolder = 50;

process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

/** What a line must have come to. */
interface Outcome {
  readonly status: LineStatus;
  readonly contact?: string;
  /** How many emails left, by what made them leave. */
  readonly emails: Partial<Record<EmailKind, number>>;
}

/** Tells a story, and what must have come of the order's lines. */
type Story = (w: World) => Promise<Readonly<Record<string, Outcome>>>;

const book = (w: World, changes = {}, name = 'book') =>
  w.step(name, () => w.send(booked(w.orderId, changes)));

const bookDue = async (w: World, changes = {}) => {
  await book(w, changes);
  return await w.awaiting();
};

const windowEnds = (w: World, line: OrderLine) =>
  w.step('the window ends', () => w.reach(line.closesAt ?? ''));
const isClosed = ({ status }: OrderLine) => status === 'Closed';
const address = (w: World, name: string) => `${name}@${w.orderId.toLowerCase()}.example`;

/** A line that somebody else writes right before a function does. */
const others =
  (functionName: string, nth: number): Story =>
  async (w) => {
    w.letOthersWrite(functionName, nth);
    await windowEnds(w, await bookDue(w));
    await w.until(isClosed);
    return { 1: { status: 'Closed', emails: { first: 1 } } };
  };

const stories: Readonly<Record<string, Story>> = {
  'a line that nobody sets up': async (w) => {
    await windowEnds(w, await bookDue(w));
    await w.until(isClosed);
    return { 1: { status: 'Closed', emails: { first: 1 } } };
  },

  'a first email whose claim others get ahead of': others('send-provisioning-email', 1),

  'a first email whose record others get ahead of': others('send-provisioning-email', 2),

  'a report that others get ahead of': others('record-email-feedback', 1),

  'a line that is reminded': async (w) => {
    const line = await bookDue(w);
    const due = minus(line.closesAt ?? '', 'P2D');
    await w.step('the reminder is due', () => w.reach(due));
    const reminded = await w.until((known) => nextReminderAt(known) === undefined);
    const entry = reminded.history.find((known) => 'kind' in known && known.kind === 'reminder');
    if (!entry) throw new Violation('the contact was not reminded');
    const soon = reminded.history.filter(({ type }) => type === 'ClosingSoon');
    // One that may have left is not sent again.
    const isSent = entry.type === 'ProvisioningEmailSent';
    if (soon.length !== 1) throw new Violation(`systems were told ${soon.length} times that it closes soon`);
    return { 1: { status: 'AwaitingProvisioningDetails', emails: { first: 1, reminder: isSent ? 1 : 0 } } };
  },

  'a line with a second recipient': async (w) => {
    await bookDue(w, { copyTo: { email: address(w, 'desk') } });
    const line = await w.until(({ copyDue }) => copyDue === undefined);
    if (line.lastEmail?.to !== line.provisioningContact.email)
      throw new Violation('a copy is taken for the email of the contact');
    // By then reports that met a fault have come again.
    await windowEnds(w, line);
    await w.until(isClosed);
    return { 1: { status: 'Closed', emails: { first: 1, 'first-copy': 1 } } };
  },

  'a start date that is moved': async (w) => {
    await book(w, { requestedStartDate: w.in('P10D') }, 'book ahead');
    const start = w.in('P3D');
    await w.step('reschedule', () => w.send(rescheduled(w.orderId, start, w.now().toISOString())));
    await w.until(({ requestedStartDate }) => requestedStartDate === start);
    await w.step('the start date comes', () => w.reach(start));
    const line = await w.awaiting();
    if ((line.firstEmailSentAt ?? '') < start) throw new Violation('the first email left too early');
    return { 1: { status: 'AwaitingProvisioningDetails', emails: { first: 1 } } };
  },

  'a resend by a key': async (w) => {
    const line = await bookDue(w);
    const first = await w.step('resend', () => w.resend('key-1'));
    const again = await w.step('the key again', () => w.resend('key-1'));
    if (again.status !== first.status || again.messageId !== first.messageId)
      throw new Violation('the key got another answer');
    if (first.status !== 200 && first.status !== 504)
      throw new Violation(`the resend was answered with ${first.status}`);
    await windowEnds(w, line);
    await w.until(isClosed);
    return { 1: { status: 'Closed', emails: { first: 1, resend: first.status === 200 ? 1 : 0 } } };
  },

  'lines that a job resends': async (w) => {
    await bookDue(w);
    const [known, unknown, ...more] = await w.step('resend both', () => w.resendAll(w.orderId, ['1', '2']));
    if (unknown?.result !== 'skipped' || more.length > 0)
      throw new Violation('the job lists other lines than it was given');
    const left = (await w.emails()).filter(({ tags }) => tags.kind === 'resend');
    // One whose answer was lost may have left.
    const most = { sent: 1, unconfirmed: 1, failed: 0, skipped: 0 }[known?.result ?? 'skipped'];
    const resend = known?.result === 'sent' ? 1 : Math.min(left.length, most);
    if (known?.result === 'skipped') throw new Violation(`the job skipped a line: ${known.code ?? ''}`);
    if (known?.result === 'sent' && left[0]?.messageId !== known.messageId)
      throw new Violation('the job tells of another email than the one that left');
    return { 1: { status: 'AwaitingProvisioningDetails', emails: { first: 1, resend } } };
  },

  'another contact': async (w) => {
    await bookDue(w);
    const contact = address(w, 'new');
    await w.step('change the contact', () => w.changeContact({ email: contact }));
    return {
      1: { status: 'AwaitingProvisioningDetails', contact, emails: { first: 1, 'contact-change': 1 } },
    };
  },

  'another contact before the start': async (w) => {
    const start = w.in('P5D');
    await book(w, { requestedStartDate: start }, 'book ahead');
    await w.until(() => true);
    const contact = address(w, 'new');
    await w.step('save the contact', () => w.changeContact({ email: contact }));
    await w.step('the start date comes', () => w.reach(start));
    await w.awaiting();
    if ((await w.emails()).some(({ to }) => to !== contact))
      throw new Violation('the old contact got an email');
    return { 1: { status: 'AwaitingProvisioningDetails', contact, emails: { first: 1 } } };
  },

  'another contact of all lines': async (w) => {
    await bookDue(w);
    await book(w, { lineId: '2' }, 'book a second line');
    await w.awaiting('2');
    const contact = address(w, 'new');
    await w.step('change all contacts', () =>
      w.changeContact({ email: contact, applyToAllLines: true }, ['1', '2']),
    );
    const outcome: Outcome = {
      status: 'AwaitingProvisioningDetails',
      contact,
      emails: { first: 1, 'contact-change': 1 },
    };
    return { 1: outcome, 2: outcome };
  },

  'an organization that is onboarded': async (w) => {
    const line = await bookDue(w);
    await w.step('onboard', () => w.send(onboarded(w.orderId, w.now().toISOString())));
    await w.until(({ status }) => status === 'Onboarded');
    await windowEnds(w, line);
    const { status } = await w.step('resend too late', () => w.resend('key-1'));
    if (status !== 409)
      throw new Violation(`a resend after the point of no return was answered with ${status}`);
    return { 1: { status: 'Onboarded', emails: { first: 1 } } };
  },

  'an onboarding before the booking': async (w) => {
    await w.step('onboard first', () => w.send(onboarded(w.orderId, w.now().toISOString())));
    await w.redrive();
    await book(w);
    await w.until(({ status }) => status === 'Onboarded');
    return { 1: { status: 'Onboarded', emails: {} } };
  },

  'an onboarding that is told late': async (w) => {
    const line = await bookDue(w);
    const at = w.now().toISOString();
    await windowEnds(w, line);
    await w.until(isClosed);
    await w.step('onboard late', () => w.send(onboarded(w.orderId, at)));
    await w.until(({ status }) => status === 'Onboarded');
    const types = (await w.history()).map(({ type }) => type);
    if (!types.includes('Closed')) throw new Violation('the history does not tell that the line was closed');
    return { 1: { status: 'Onboarded', emails: { first: 1 } } };
  },

  'a cancelled line': async (w) => {
    const start = w.in('P2D');
    await book(w, { requestedStartDate: start }, 'book ahead');
    await w.until(() => true);
    await w.step('cancel', () => w.send(cancelled(w.orderId, '1', w.now().toISOString())));
    await w.until(({ status }) => status === 'Cancelled');
    await w.step('the start date comes', () => w.reach(start));
    return { 1: { status: 'Cancelled', emails: {} } };
  },

  'changes before the booking': async (w) => {
    const start = w.in('P2D');
    await w.step('reschedule first', () => w.send(rescheduled(w.orderId, start, w.now().toISOString())));
    await w.step('cancel first', () => w.send(cancelled(w.orderId, '1', w.now().toISOString())));
    await w.redrive();
    await book(w);
    const line = await w.until(({ status }) => status === 'Cancelled');
    if (line.requestedStartDate !== start) throw new Violation('the start date was not moved');
    return { 1: { status: 'Cancelled', emails: {} } };
  },

  'an address that does not exist': async (w) => {
    const email = `bounce+${w.orderId.toLowerCase()}@simulator.amazonses.com`;
    await bookDue(w, { provisioningContact: { email } });
    await w.until(({ undeliverable }) => undeliverable.length > 0);
    const { status } = await w.step('resend to nobody', () => w.resend('key-1'));
    if (status !== 409) throw new Violation(`a resend to a dead address was answered with ${status}`);
    const contact = address(w, 'new');
    await w.step('change the contact', () => w.changeContact({ email: contact }));
    return {
      1: { status: 'AwaitingProvisioningDetails', contact, emails: { first: 1, 'contact-change': 1 } },
    };
  },

  'a start date far ahead': async (w) => {
    const start = w.in('P400D');
    await book(w, { requestedStartDate: start }, 'book far ahead');
    await w.until(() => true);
    await w.step('the start date comes near', () => w.reach(w.in('P221D')));
    await w.until(({ executionRevision }) => executionRevision > 0);
    await w.step('the start date comes', () => w.reach(start));
    await w.awaiting();
    return { 1: { status: 'AwaitingProvisioningDetails', emails: { first: 1 } } };
  },

  'a window whose execution is lost': async (w) => {
    const { closesAt = '' } = await bookDue(w);
    await w.loseExecutions();
    await w.step('the window ended', () =>
      w.sleepUntil(new Date(Date.parse(closesAt) + 40 * 60_000).toISOString()),
    );
    await w.until(isClosed);
    return { 1: { status: 'Closed', emails: { first: 1 } } };
  },

  'a first email whose execution is lost': async (w) => {
    const start = w.in('P1D');
    await book(w, { requestedStartDate: start }, 'book ahead');
    await w.until(({ executionRevision }) => executionRevision > 0);
    await w.loseExecutions();
    await w.step('the start date passed', () =>
      w.sleepUntil(new Date(Date.parse(start) + 40 * 60_000).toISOString()),
    );
    await w.awaiting();
    return { 1: { status: 'AwaitingProvisioningDetails', emails: { first: 1 } } };
  },

  'an event that does not fit': async (w) => {
    await book(w, { offer: 7 });
    if ((await w.deadLetters()).length === 0) throw new Violation('an event is lost');
    return {};
  },
};

/** Everything that must hold after a story. */
async function check(w: World, outcomes: Readonly<Record<string, Outcome>>): Promise<void> {
  const problems: string[] = [];
  const expectThat = (holds: boolean, problem: string) => holds || problems.push(problem);
  const emails = await w.emails();
  const executions = await w.executions();
  for (const [lineId, outcome] of Object.entries(outcomes)) {
    const stored = await w.peek(lineId);
    if (!stored) throw new Violation(`line ${lineId} is gone`);
    const line = withoutStaleClaim(stored, w.now().toISOString());
    const history = await w.history(lineId);
    const mine = emails.filter(({ tags }) => tags.lineId === lineId);
    const entries = (type: string) => history.filter((entry) => entry.type === type);
    const sent = entries('ProvisioningEmailSent');

    expectThat(line.status === outcome.status, `is ${line.status} instead of ${outcome.status}`);
    if (outcome.contact !== undefined)
      expectThat(line.provisioningContact.email === outcome.contact, 'has the old contact');
    for (const kind of emailKinds) {
      const left = mine.filter(({ tags }) => tags.kind === kind).length;
      const due = outcome.emails[kind] ?? 0;
      expectThat(left === due, `${left} emails left as ${kind} instead of ${due}`);
    }

    for (const { messageId, to } of mine) {
      const known = sent.filter((entry) => entry.messageId === messageId);
      expectThat(
        known.length === 1 && known[0]?.to === to,
        `an email is ${known.length} times in the history`,
      );
    }
    for (const { messageId } of sent)
      expectThat(
        mine.some((email) => email.messageId === messageId),
        'the history has an email that never left',
      );
    const claims = line.history.filter((entry) => entry.type === 'ProvisioningEmailUnconfirmed');
    for (const { claimId } of claims)
      expectThat(!mine.some(({ tags }) => tags.claimId === claimId), 'an email that left is unconfirmed');
    expectThat(
      entries('ProvisioningEmailUnconfirmed').length === claims.length,
      'the history shown and the history stored differ',
    );
    expectThat(
      line.emailsSent === sent.length + claims.length,
      `counts ${line.emailsSent} emails, with ${sent.length} sent and ${claims.length} unconfirmed`,
    );

    expectThat(
      isDeepStrictEqual(toldBy(await w.told(lineId)), tellable(stored)),
      'other systems were told something else',
    );
    expectThat(line.claim === undefined, 'is claimed for good');
    for (const type of ['Booked', 'Onboarded', 'Closed', 'Cancelled'])
      expectThat(entries(type).length <= 1, `is ${type} more than once`);
    for (const { messageId } of mine)
      for (const result of ['Delivered', 'Bounced'])
        expectThat(
          history.filter(
            (entry) => entry.messageId === messageId && 'result' in entry && entry.result === result,
          ).length <= 1,
          `a report is recorded twice`,
        );
    if (line.closedAt !== undefined && line.closesAt !== undefined)
      expectThat(line.closedAt >= line.closesAt, 'was closed before its time');
    const running = executions.filter(
      ({ status, input }) => status === 'RUNNING' && (input as { lineId: string }).lineId === lineId,
    );
    const due = isOpen(line) ? 1 : 0;
    expectThat(running.length === due, `has ${running.length} executions instead of ${due}`);
  }
  if (problems.length > 0) throw new Violation(problems.join('; '));
}

/** Leaves nothing behind that later sweeps would find. */
async function leave(w: World, place: Place): Promise<void> {
  place.trial = undefined;
  await place.idle();
  for (const lineId of ['1', '2'])
    if (await w.peek(lineId)) await w.send(cancelled(w.orderId, lineId, w.now().toISOString()));
}

interface Job {
  readonly story: string;
  readonly spot: Spot;
  readonly index: number;
  readonly fault: FaultName;
}

async function tell(place: Place, name: string, trial: Trial): Promise<void> {
  const story = stories[name];
  if (!story) throw new Error(`there is no story "${name}"`);
  const w = new World(place);
  place.trial = trial;
  try {
    const outcomes = await story(w);
    await place.idle();
    place.trial = undefined;
    await check(w, outcomes);
  } finally {
    await leave(w, place);
  }
}

/** Every place in the code with every fault, each with all calls that are of it, in any order. */
const byPlace = (all: readonly Job[], random: () => number): readonly (readonly Job[])[] => [
  ...Map.groupBy(shuffled(all, random), ({ spot, fault }) => `${codePlace(spot)} ${fault}`).values(),
];

test(
  'every call of AWS may fail in every way, and everything holds afterwards',
  async () => {
    const refused: string[] = [];
    console.error = (text: unknown) => {
      if (String(text).startsWith(refusedByAws)) refused.push(String(text));
    };
    const crew = await Promise.all(
      Array.from({ length: crewSize }, async () => {
        const place = new Place(await temporaryFolder());
        await place.start();
        return place;
      }),
    );
    const counts: Awaited<ReturnType<Place['counts']>>[] = [];
    const count = async (place: Place) => counts.push(await place.counts());
    const share = async <Item>(items: readonly Item[], work: (place: Place, item: Item) => Promise<void>) => {
      const left = [...items];
      await Promise.all(
        crew.map(async (place) => {
          let runs = 0;
          for (let item = left.shift(); item !== undefined; item = left.shift()) {
            await work(place, item);
            runs += 1;
            if (runs % runsOfFolder !== 0) continue;
            await count(place);
            await place.beginAnew();
          }
          await count(place);
        }),
      );
    };

    const observed = new Map<string, readonly Spot[]>();
    await share(Object.keys(stories), async (place, name) => {
      const trial = new Trial();
      await tell(place, name, trial);
      observed.set(name, [...trial.spots]);
    });
    const all = Object.keys(stories).flatMap((story) =>
      (observed.get(story) ?? []).flatMap((spot, index) =>
        faultsOf(spot).map((fault) => ({ story, spot, index, fault })),
      ),
    );
    const idOf = ({ story, index, fault }: Job) => `${story}/${index}/${fault}`;
    const places = byPlace(all, randomFrom(seed));
    const jobs =
      wanted === undefined
        ? [...places, ...places.flatMap((calls) => calls.slice(1, 2).map((call) => [call])).slice(0, further)]
        : all.filter((job) => wanted === 'all' || idOf(job).startsWith(wanted)).map((job) => [job]);

    const failures: string[] = [];
    const missed: string[] = [];
    let runs = 0;
    await share(jobs, async (place, calls) => {
      const [first] = calls;
      if (!first) return;
      // A race between two functions may end otherwise, and the call is not made then: another one of the same place is.
      for (const job of [...calls, first, first].slice(0, 3)) {
        runs += 1;
        const trial = new Trial(job);
        try {
          await tell(place, job.story, trial);
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          const { step, caller, path } = job.spot;
          failures.push(
            `FAULT_SWEEP='${idOf(job)}': while "${step}", ${caller} calling ${path}: ${error.message}`,
          );
          return;
        }
        if (trial.isMet) return;
      }
      missed.push(idOf(first));
    });
    for (const place of crew) await place.stop();

    const calls = new Set(jobs.flatMap((same) => same.map(({ spot }) => codePlace(spot)))).size;
    process.stdout.write(
      `fault sweep: ${calls} calls, each with every fault, ${jobs.length} of ${all.length} in ${runs} runs ` +
        `(FAULT_SWEEP_SEED=${seed}, ${missed.length} calls did not come again): ` +
        `${failures.length === 0 ? 'all held' : `${failures.length} failed`}\n`,
    );
    expect(failures).toEqual([]);
    expect(counts.map(({ counted }) => counted)).toEqual(counts.map(({ recounted }) => recounted));
    expect(refused).toEqual([]);
  },
  timeLimit,
);
