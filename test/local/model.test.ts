import fc from 'fast-check';
import type { LineAnswer } from '../../shared/contracts/api.ts';
import { type BusEvent, type Client, client, type SentEmail } from '../support/client.ts';
import { booked, cancelled, newOrder, onboarded, partner, rescheduled } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';

/*
 * Random sequences of all that can happen to order lines, on the real service, beside a small model of the rules.
 * After every step the API must show what the model says. A failure prints the seed and the shortest sequence that it
 * could find; `FC_SEED=<seed>` in the environment runs the same sequences again.
 */
const seed = Number(process.env.FC_SEED ?? Date.now() % 1_000_000_000);
const services = 3;
const sequencesEach = 67;
const stepsEach = 30;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const emailsPerDay = 10;
const emailsPerLine = 100;
const windowDays = { 'A-FLEX-3-EDU': 7, 'A-WX': 30 } as const;

/** How often the workflow tries the first email before it leaves it to the hourly sweep. */
const firstEmailTries = 11;

/** The local service sweeps this often during a wait, or every hour if that is less often. */
const sweepsPerWait = 10;

const moved = (instant: string, milliseconds: number) =>
  new Date(Date.parse(instant) + milliseconds).toISOString();

// The steps

const places = ['A1', 'A2', 'B1', 'B2'] as const;
type Place = (typeof places)[number];

/** Requested start dates from now; never a sum of waits, so that no step ends just when a line is due. */
const starts = { past: undefined, soon: 0.5 * day, later: 3.5 * day, 'next year': 200.5 * day };

const people = ['resend', 'operator', 'view', 'nobody', 'other partner'] as const;
type Person = (typeof people)[number];

const place = fc.constantFrom(...places);
const start = fc.constantFrom<keyof typeof starts>('past', 'past', 'soon', 'later', 'next year');
const person = fc.constantFrom<Person>('resend', 'resend', 'resend', 'resend', ...people);
const copies = fc.constantFrom(1, 1, 1, 2, 3);

const step = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nothing') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('book'),
      place,
      offer: fc.constantFrom<keyof typeof windowDays>('A-FLEX-3-EDU', 'A-WX'),
      start,
      copies,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reschedule'), place, start, isNewer: fc.boolean(), copies }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), place, copies }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('onboard'), place, copies }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver an old event again'), which: fc.nat(40) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('resend'),
      place,
      person,
      key: fc.constantFrom(undefined, 'key-1', 'key-1', 'key-2'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('change contact'),
      place,
      person,
      to: fc.constantFrom('ada', 'ADA', 'ben', 'Ben'),
      allLines: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change contact all day'), place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('let mail fail'),
      times: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 12),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      duration: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('PT30S', 'PT2M') },
        { weight: 1, arbitrary: fc.constantFrom('P1D', 'P1D', 'P7D', 'P7D', 'P30D', 'P30D', 'P200D') },
      ),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Sequences that failed once; they run first. */
const onceFailed: Step[][] = [
  [
    { do: 'book', place: 'A1', offer: 'A-WX', start: 'soon', copies: 1 },
    { do: 'reschedule', place: 'A1', start: 'next year', isNewer: true, copies: 1 },
    { do: 'wait', duration: 'P1D' },
    { do: 'wait', duration: 'P200D' },
  ],
];

// The model

interface Change {
  readonly start: string;
  readonly changedAt: string;
}

/** What callers see of a line, as far as the model knows it. */
type Shown = Pick<
  LineAnswer,
  'lineId' | 'status' | 'provisioningPending' | 'requestedStartDate' | 'window'
> & {
  readonly contact: string;
  readonly firstEmailSentAt: string | undefined;
  readonly closesAt: string | undefined;
  readonly isClosed: boolean;
  readonly isCancelled: boolean;
  readonly organizationId: string | undefined;
  readonly lastEmail: { readonly to: string; readonly sentAt: string } | undefined;
  readonly resend: {
    readonly allowed: boolean;
    readonly reason: string | undefined;
    readonly canResendAt: string | undefined;
  };
};

/** What the model knows of a line; times are those that the service told. */
class ModelLine {
  readonly orderId: string;
  readonly lineId: string;
  isBooked = false;
  isCancelled = false;
  isClosed = false;
  organizationId: string | undefined;
  window = 0;
  contact = '';
  start = '';
  readonly heldChanges: Change[] = [];
  changedAt = '';
  readonly changes = new Set<string>();
  firstSentAt: string | undefined;
  resentAt: string | undefined;
  lastEmail: { to: string; sentAt: string } | undefined;
  emails = 0;
  /** How often its contact changed without an email. */
  savedContacts = 0;
  readonly counted: string[] = [];
  readonly answers = new Map<string, { at: string; body: unknown }>();
  /** The workflow gave up on the first email; the next sweep takes it up. */
  isLeftToSweep = false;
  /** The history that was seen, and what must be new in it. */
  seen: HistoryEntry[] = [];
  news: string[] = [];
  isTouched = false;

  constructor(orderId: string, lineId: string) {
    this.orderId = orderId;
    this.lineId = lineId;
  }

  get name(): string {
    return `${this.orderId}/${this.lineId}`;
  }

  get status(): LineAnswer['status'] {
    if (this.isCancelled) return 'Cancelled';
    if (this.isClosed) return 'Closed';
    if (this.organizationId !== undefined) return 'Onboarded';
    return this.firstSentAt === undefined ? 'Scheduled' : 'AwaitingProvisioningDetails';
  }

  get isOpen(): boolean {
    return this.isBooked && (this.status === 'Scheduled' || this.status === 'AwaitingProvisioningDetails');
  }

  get closesAt(): string | undefined {
    return this.firstSentAt && moved(this.firstSentAt, this.window * day);
  }

  isDue(now: string): boolean {
    return this.isBooked && this.status === 'Scheduled' && this.start <= now;
  }

  isOverdue(now: string): boolean {
    return (
      this.status === 'AwaitingProvisioningDetails' && this.closesAt !== undefined && this.closesAt <= now
    );
  }

  happened(what: string): void {
    this.news.push(what);
    this.isTouched = true;
  }

  book(
    offer: keyof typeof windowDays,
    contact: string,
    startDate: string,
    organizationId: string | undefined,
  ): void {
    if (this.isBooked) return;
    this.isBooked = true;
    this.window = windowDays[offer];
    this.contact = contact;
    this.start = startDate;
    this.happened('Booked');
    const wasCancelled = this.isCancelled;
    this.isCancelled = false;
    for (const change of this.heldChanges) this.reschedule(change);
    if (wasCancelled) this.cancel();
    if (organizationId !== undefined) this.onboard(organizationId);
  }

  reschedule(change: Change): void {
    if (!this.isBooked) {
      this.heldChanges.push(change);
      return;
    }
    if (this.changes.has(change.changedAt)) return;
    this.changes.add(change.changedAt);
    if (this.status !== 'Scheduled' || change.changedAt < this.changedAt) {
      this.happened('Rescheduled, ignored');
      return;
    }
    this.start = change.start;
    this.changedAt = change.changedAt;
    this.isLeftToSweep = false;
    this.happened('Rescheduled');
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    if (this.isBooked) this.happened('Cancelled');
  }

  onboard(organizationId: string): void {
    if (!this.isBooked || this.organizationId !== undefined) return;
    this.organizationId = organizationId;
    // The onboardings of this model happened before any deadline, also if they are told after it. A cancelled line
    // keeps its end.
    if (!this.isCancelled) this.isClosed = false;
    this.happened('Onboarded');
  }

  sent(kind: 'first' | 'resend' | 'contact-change', sentAt: string, to = this.contact): void {
    if (kind === 'first') this.firstSentAt = sentAt;
    else this.counted.push(sentAt);
    if (kind === 'resend') this.resentAt = sentAt;
    if (kind === 'contact-change') this.changeContact(to);
    this.emails += 1;
    this.lastEmail = { to, sentAt };
    this.happened(`ProvisioningEmailSent ${kind} ${to}`);
  }

  changeContact(to: string): void {
    this.contact = to;
    this.happened(`ProvisioningContactChanged ${to}`);
  }

  /** Why no email may leave at `now`. */
  refusal(now: string): Problem | undefined {
    return this.settled() ?? this.unstarted() ?? this.limited(now) ?? this.tooSoon(now);
  }

  settled(): Problem | undefined {
    if (this.isCancelled) return { status: 409, code: 'cancelled' };
    if (this.organizationId === undefined) return undefined;
    return { status: 409, code: 'point-of-no-return', link: 'https://admin.webex.com' };
  }

  unstarted(): Problem | undefined {
    if (this.firstSentAt !== undefined) return undefined;
    return { status: 409, code: 'not-started', requestedStartDate: this.start };
  }

  usedUp(): Problem | undefined {
    if (this.emails + this.savedContacts < emailsPerLine) return undefined;
    return { status: 429, code: 'resend-limit-reached' };
  }

  limited(now: string): Problem | undefined {
    const usedUp = this.usedUp();
    if (usedUp) return usedUp;
    const lastDay = this.counted.map((at) => moved(at, day)).filter((end) => end > now);
    const [oldest] = lastDay;
    if (oldest === undefined || lastDay.length < emailsPerDay) return undefined;
    const next = this.resentAt === undefined ? oldest : moved(this.resentAt, minute);
    return { status: 429, code: 'resend-limit-reached', canResendAt: next > oldest ? next : oldest };
  }

  tooSoon(now: string): Problem | undefined {
    const next = this.resentAt && moved(this.resentAt, minute);
    return next !== undefined && next > now
      ? { status: 429, code: 'resend-too-soon', canResendAt: next }
      : undefined;
  }

  /** What the API must show of the line at `now`. */
  shown(now: string): Shown {
    const refusal = this.refusal(now);
    return {
      lineId: this.lineId,
      status: this.status,
      provisioningPending: this.status === 'Closed' && this.organizationId === undefined,
      contact: this.contact,
      requestedStartDate: this.start,
      window: `P${this.window}D`,
      firstEmailSentAt: this.firstSentAt,
      closesAt: this.closesAt,
      isClosed: this.isClosed,
      isCancelled: this.isCancelled,
      organizationId: this.organizationId,
      lastEmail: this.lastEmail,
      resend: refusal
        ? { allowed: false, reason: refusal.code, canResendAt: refusal.canResendAt }
        : { allowed: true, reason: undefined, canResendAt: undefined },
    };
  }
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly link?: string;
  readonly requestedStartDate?: string;
  readonly canResendAt?: string;
  readonly placedBy?: unknown;
  readonly support?: unknown;
}

const shownBy = (line: LineAnswer): Shown => ({
  lineId: line.lineId,
  status: line.status,
  provisioningPending: line.provisioningPending,
  contact: line.provisioningContact.email,
  requestedStartDate: line.requestedStartDate,
  window: line.window,
  firstEmailSentAt: line.firstEmailSentAt,
  closesAt: line.closesAt,
  isClosed: line.closedAt !== undefined,
  isCancelled: line.cancelledAt !== undefined,
  organizationId: line.onboardedAt === undefined ? undefined : line.organizationId,
  lastEmail: line.lastEmail && { to: line.lastEmail.to, sentAt: line.lastEmail.sentAt },
  resend: {
    allowed: line.resend.allowed,
    reason: line.resend.reason,
    canResendAt: line.resend.canResendAt,
  },
});

type HistoryEntry = Record<string, string>;

/** A history entry in the model's words. */
function inWords({ type, to, reason }: HistoryEntry): string {
  switch (type) {
    case 'ProvisioningEmailSent':
      return `${type} ${reason ?? ''} ${to ?? ''}`;
    case 'ProvisioningEmailFailed':
    case 'ProvisioningContactChanged':
      return `${type} ${to ?? ''}`;
    case 'Rescheduled':
      return reason?.startsWith('ignored') ? 'Rescheduled, ignored' : 'Rescheduled';
    default:
      return type ?? '';
  }
}

/** A failure that happened several times in a row as often as it happened. When it was last changes, and is left out. */
function eachTime(entry: HistoryEntry): HistoryEntry[] {
  if (entry.type !== 'ProvisioningEmailFailed') return [entry];
  const { at, result = '', ...rest } = entry;
  const [, times = '1'] = /, (\d+) times since /.exec(result) ?? [];
  return Array.from({ length: Number(times) }, () => rest);
}

const failure = (to: string) => `ProvisioningEmailFailed ${to}`;

// One sequence, on its own orders

interface World {
  readonly service: Service;
  readonly calls: Client;
  readonly tokens: Record<Person, string>;
  readonly sequences: Sequence[];
}

class Sequence {
  readonly #calls: Client;
  readonly #tokens: Record<Person, string>;
  readonly #orders = { A: newOrder(), B: newOrder() };
  readonly #lines: Record<Place, ModelLine>;
  readonly #onboarded = new Map<string, string>();
  readonly #delivered: { lines: readonly ModelLine[]; event: BusEvent; apply: () => void }[] = [];
  /** The service's time after the last wait. It goes on by itself, too, by too little to make a difference. */
  #now: string;
  #mailFailures = 0;
  #counter = 0;

  constructor({ calls, tokens }: World, now: string) {
    this.#calls = calls;
    this.#tokens = tokens;
    this.#now = now;
    const { A, B } = this.#orders;
    this.#lines = {
      A1: new ModelLine(A, '1'),
      A2: new ModelLine(A, '2'),
      B1: new ModelLine(B, '1'),
      B2: new ModelLine(B, '2'),
    };
  }

  async take(next: Step): Promise<void> {
    let waited = 0;
    switch (next.do) {
      case 'book':
        await this.#book(next);
        break;
      case 'reschedule':
        await this.#reschedule(next);
        break;
      case 'cancel': {
        const line = this.#lines[next.place];
        await this.#deliver([line], cancelled(line.orderId, line.lineId), () => line.cancel(), next.copies);
        break;
      }
      case 'onboard':
        await this.#onboard(next);
        break;
      case 'deliver an old event again': {
        const old = this.#delivered[next.which];
        if (old) await this.#deliver(old.lines, old.event, old.apply);
        break;
      }
      case 'resend':
        await this.#resend(this.#lines[next.place], next.person, next.key);
        break;
      case 'change contact':
        await this.#changeContact(next);
        break;
      case 'change contact all day':
        for (let change = 0; change <= (this.#lines[next.place].lastEmail ? emailsPerDay : 0); change += 1) {
          const to = change % 2 === 0 ? 'ada' : 'ben';
          await this.#changeContact({ place: next.place, person: 'resend', to, allLines: false });
        }
        break;
      case 'let mail fail':
        await this.#calls.clearFaults();
        await this.#calls.fault({
          service: 'ses',
          operation: 'SendEmail',
          times: next.times,
          when: 'before',
          error: 'Throttling',
        });
        this.#mailFailures = next.times;
        break;
      case 'wait': {
        const before = this.#now;
        this.#now = await this.#calls.advance(next.duration);
        waited = Date.parse(this.#now) - Date.parse(before);
        break;
      }
      case 'nothing':
        break;
    }
    await this.#compare(waited);
  }

  /** Settles what is open, so that it costs the next sequences no time. */
  async settle(): Promise<void> {
    await this.#calls.clearFaults();
    this.#mailFailures = 0;
    const open = Object.values(this.#lines).filter(({ isOpen }) => isOpen);
    await this.#calls.send(...open.map(({ orderId, lineId }) => cancelled(orderId, lineId)));
    for (const line of open) line.cancel();
  }

  async compareAll(): Promise<void> {
    for (const line of Object.values(this.#lines)) line.isTouched = true;
    await this.#compare(0, { withAllHistories: true });
    await this.#compareSearch();
  }

  // What happens

  async #deliver(lines: readonly ModelLine[], event: BusEvent, apply: () => void, times = 1): Promise<void> {
    this.#delivered.push({ lines, event, apply });
    await this.#calls.send(...Array.from({ length: times }, () => event));
    apply();
    for (const line of lines) line.isTouched = true;
  }

  #startDate(kind: keyof typeof starts): string {
    const fromNow = starts[kind];
    return fromNow === undefined ? '2026-01-01T00:00:00.000Z' : moved(this.#now, fromNow);
  }

  async #book(next: Extract<Step, { do: 'book' }>): Promise<void> {
    const line = this.#lines[next.place];
    const { orderId, lineId } = line;
    const contact = `${next.place}-${next.offer}@${orderId}.example`.toLowerCase();
    const startDate = this.#startDate(next.start);
    const event = booked(orderId, {
      lineId,
      offer: next.offer,
      provisioningContact: { email: contact },
      requestedStartDate: startDate,
    });
    const apply = () => line.book(next.offer, contact, startDate, this.#onboarded.get(orderId));
    await this.#deliver([line], event, apply, next.copies);
  }

  async #reschedule(next: Extract<Step, { do: 'reschedule' }>): Promise<void> {
    const line = this.#lines[next.place];
    this.#counter += 1;
    const changedAt = moved('2026-06-01T00:00:00.000Z', (next.isNewer ? 1 : -1) * this.#counter * minute);
    const change = { start: this.#startDate(next.start), changedAt };
    const event = rescheduled(line.orderId, change.start, changedAt, line.lineId);
    await this.#deliver([line], event, () => line.reschedule(change), next.copies);
  }

  async #onboard(next: Extract<Step, { do: 'onboard' }>): Promise<void> {
    const { orderId } = this.#lines[next.place];
    const event = onboarded(orderId);
    this.#counter += 1;
    const organizationId = `organization-${this.#counter}`;
    const named = { ...event, detail: { ...(event.detail as object), organizationId } };
    const apply = () => {
      const known = this.#onboarded.get(orderId) ?? organizationId;
      this.#onboarded.set(orderId, known);
      for (const line of this.#linesOf(orderId)) line.onboard(known);
    };
    await this.#deliver(this.#linesOf(orderId), named, apply, next.copies);
  }

  async #resend(line: ModelLine, by: Person, key: string | undefined): Promise<void> {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const { status, body } = await this.#calls.resend(this.#tokens[by], line.orderId, line.lineId, headers);
    line.isTouched = true;

    const denied = denial(line, by);
    const kept = key === undefined ? undefined : line.answers.get(key);
    if (!denied && kept && moved(kept.at, day) > this.#now) {
      expect({ status, body }).toEqual({ status: 200, body: kept.body });
      return;
    }
    const problem = denied ?? line.refusal(this.#now) ?? this.#failedMail(line, line.contact);
    if (problem) {
      expect({ ...body, status }).toMatchObject(problem);
      return;
    }
    expect({ status, to: body.email.to }).toEqual({ status: 200, to: line.contact });
    line.sent('resend', body.email.sentAt);
    if (key !== undefined) line.answers.set(key, { at: body.email.sentAt, body });
  }

  async #changeContact(next: { place: Place; person: Person; to: string; allLines: boolean }): Promise<void> {
    const named = this.#lines[next.place];
    const to = `${next.to}@${named.orderId}.example`;
    const json = { email: to, applyToAllLines: next.allLines };
    const { status, body } = await this.#calls.changeContact(
      this.#tokens[next.person],
      named.orderId,
      named.lineId,
      json,
    );
    named.isTouched = true;

    const problem = denial(named, next.person) ?? this.#refusedChange(named, to);
    if (problem) {
      expect({ ...body, status }).toMatchObject(problem);
      return;
    }
    expect(status).toBe(200);
    this.#changed(named, to, body.lines);
    const others = next.allLines
      ? this.#linesOf(named.orderId).filter((line) => line !== named && line.isBooked)
      : [];
    const skipped = others.flatMap((line) => {
      const refused = this.#refusedChange(line, to);
      if (refused) {
        const { code: reason, support } = refused;
        return [{ lineId: line.lineId, reason, ...(support === undefined ? {} : { support }) }];
      }
      this.#changed(line, to, body.lines);
      return [];
    });
    expect(body.skipped).toEqual(skipped);
    expect(body.lines).toHaveLength(1 + others.length - skipped.length);
  }

  #refusedChange(line: ModelLine, to: string): Problem | undefined {
    const settled = line.settled();
    if (settled ?? isSame(line.contact, to)) return settled;
    if (line.unstarted()) return line.usedUp();
    return line.limited(this.#now) ?? this.#failedMail(line, to);
  }

  #changed(line: ModelLine, to: string, answered: readonly LineAnswer[]): void {
    line.isTouched = true;
    if (isSame(line.contact, to)) return;
    if (line.unstarted()) {
      line.changeContact(to);
      line.savedContacts += 1;
      return;
    }
    const sentAt = answered.find(({ lineId }) => lineId === line.lineId)?.lastEmail?.sentAt;
    line.sent('contact-change', sentAt ?? 'never', to);
  }

  /** The problem of an email that meets a fault of the mail service, if there is one left. */
  #failedMail(line: ModelLine, to: string): Problem | undefined {
    if (this.#mailFailures === 0) return undefined;
    this.#mailFailures -= 1;
    line.happened(failure(to));
    const support: unknown = expect.objectContaining({
      portal: 'https://www.cisco.com/go/cs',
      reference: expect.any(String) as string,
    });
    return { status: 502, code: 'email-not-sent', support };
  }

  #linesOf(orderId: string): ModelLine[] {
    return Object.values(this.#lines).filter((line) => line.orderId === orderId);
  }

  // What must be seen of it

  async #compare(waited: number, { withAllHistories } = { withAllHistories: false }): Promise<void> {
    for (const line of Object.values(this.#lines)) line.isTouched ||= waited > 0 && line.isOpen;
    const observed = new Map<ModelLine, LineAnswer>();
    for (const orderId of Object.values(this.#orders)) {
      if (!this.#linesOf(orderId).some(({ isTouched }) => isTouched)) continue;
      for (const [line, answer] of await this.#read(orderId)) observed.set(line, answer);
    }
    const histories = await this.#readHistories(withAllHistories);
    this.#expectFirstEmails(observed, histories, waited);
    this.#expectClosings(observed);
    for (const [line, answer] of observed) {
      expect(shownBy(answer)).toEqual(line.shown(this.#now));
    }
    for (const [line, history] of histories) expectHistory(line, history);
    for (const line of Object.values(this.#lines)) line.isTouched = false;
  }

  /** The booked lines of an order, as the API shows them. */
  async #read(orderId: string): Promise<(readonly [ModelLine, LineAnswer])[]> {
    const lines = this.#linesOf(orderId).filter(({ isBooked }) => isBooked);
    const { status, body } = await this.#calls.request<{ organizationId?: string; lines: LineAnswer[] }>(
      `/orders/${orderId}`,
      { token: this.#tokens.resend },
    );
    if (lines.length === 0) {
      expect(status).toBe(404);
      return [];
    }
    expect({
      status,
      organizationId: body.organizationId,
      lineIds: body.lines.map(({ lineId }) => lineId),
    }).toEqual({
      status: 200,
      organizationId: this.#onboarded.get(orderId),
      lineIds: lines.map(({ lineId }) => lineId),
    });
    return lines.flatMap((line, index) => {
      const answer = body.lines[index];
      return answer ? [[line, answer] as const] : [];
    });
  }

  /** The histories, oldest first, of the lines that something happened to. The others are read in the end. */
  async #readHistories(all: boolean): Promise<Map<ModelLine, HistoryEntry[]>> {
    const histories = new Map<ModelLine, HistoryEntry[]>();
    for (const line of Object.values(this.#lines)) {
      const isNews = line.news.length > 0 || line.isDue(this.#now) || line.isOverdue(this.#now);
      if (!line.isBooked || !(isNews || all)) continue;
      const history = await this.#calls.history(this.#tokens.view, line.orderId, line.lineId);
      // Every email of the local mail service arrives; what becomes of emails is the matter of other tests.
      const told = history.filter(({ type }) => type !== 'ProvisioningEmailFeedback');
      histories.set(line, told.toReversed().flatMap(eachTime));
    }
    return histories;
  }

  /** Every due line has its first email now, unless the mail service failed more often than the workflow tries. */
  #expectFirstEmails(
    observed: Map<ModelLine, LineAnswer>,
    histories: Map<ModelLine, HistoryEntry[]>,
    waited: number,
  ): void {
    const due = [...observed].filter(([line]) => line.isDue(this.#now));
    let failures = 0;
    let isAnySent = false;
    for (const [line, { firstEmailSentAt }] of due) {
      const fresh = (histories.get(line) ?? []).slice(line.seen.length).map(inWords);
      const own = fresh.filter((entry) => entry === failure(line.contact)).length;
      for (let count = 0; count < own; count += 1) line.happened(failure(line.contact));
      failures += own;
      if (firstEmailSentAt === undefined) {
        const wasGivenUp = own >= firstEmailTries;
        const isJustDue = line.start > moved(this.#now, -2 * (waited / sweepsPerWait));
        expect(waited < hour ? wasGivenUp || line.isLeftToSweep : wasGivenUp && isJustDue).toBe(true);
        line.isLeftToSweep = true;
      } else {
        expect(firstEmailSentAt >= line.start).toBe(true);
        isAnySent = true;
        line.isLeftToSweep = false;
        line.sent('first', firstEmailSentAt);
      }
    }
    if (isAnySent) expect(failures).toBe(this.#mailFailures);
    this.#mailFailures -= failures;
    expect(this.#mailFailures).toBeGreaterThanOrEqual(0);
  }

  #expectClosings(observed: Map<ModelLine, LineAnswer>): void {
    for (const [line, { closedAt }] of observed) {
      const { closesAt } = line;
      if (closesAt === undefined || !line.isOverdue(this.#now)) continue;
      line.isClosed = true;
      line.happened('Closed');
      expect(closedAt).toBeDefined();
      expect(closedAt && closedAt >= closesAt && closedAt < moved(closesAt, hour)).toBe(true);
    }
  }

  /** The mailbox has what the histories say, and nothing else. */
  compareMailbox(mailbox: ReadonlyMap<string, readonly SentEmail[]>): void {
    for (const line of Object.values(this.#lines)) {
      const left = mailbox.get(line.name) ?? [];
      const recorded = line.seen.filter(({ type }) => type === 'ProvisioningEmailSent');
      expect(left.map(({ messageId, to, tags }) => [messageId, to, tags.kind])).toEqual(
        recorded.map(({ messageId, to, reason }) => [messageId, to, reason]),
      );
      expect(left).toHaveLength(line.emails);
    }
  }

  /** Every line is found by its order, and by its contact. */
  async #compareSearch(): Promise<void> {
    const { A, B } = this.#orders;
    for (const word of [A, B, this.#lines.A1.contact]) {
      if (word === '') continue;
      const found = await this.#calls.request<{ items: LineAnswer[] }>(
        `/order-lines?q=${encodeURIComponent(word.toLowerCase())}`,
        { token: this.#tokens.view },
      );
      const wanted = Object.values(this.#lines).filter(
        (line) => line.isBooked && (line.orderId === word || isSame(line.contact, word)),
      );
      const byName = (a: Shown, b: Shown) => (a.lineId < b.lineId ? -1 : 1);
      expect(found.body.items.map(shownBy).sort(byName)).toEqual(
        wanted.map((line) => line.shown(this.#now)).sort(byName),
      );
    }
  }
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Why somebody may not send for a line, whatever its state. */
function denial(line: ModelLine, by: Person): Problem | undefined {
  if (!line.isBooked || by === 'other partner') return { status: 404, code: 'order-line-not-found' };
  if (by === 'resend' || by === 'operator') return undefined;
  const placedBy = { name: 'Maya Lindqvist', email: 'maya@northwind.example' };
  return { status: 403, code: 'no-access', placedBy };
}

/** What was in the history stays as it is; what happened since is new in it, and nothing else. */
function expectHistory(line: ModelLine, history: HistoryEntry[]): void {
  const { seen } = line;
  expect(history.slice(0, seen.length)).toEqual(seen);
  expect(history.slice(seen.length).map(inWords).sort()).toEqual([...line.news].sort());
  line.seen = history;
  line.news = [];

  const settled = history.findIndex(({ type }) => type === 'Onboarded' || type === 'Cancelled');
  const afterwards = settled === -1 ? [] : history.slice(settled).map(({ type }) => type);
  expect(afterwards).not.toContain('Closed');
  expect(afterwards).not.toContain('ProvisioningEmailSent');
  expect(history.filter(({ reason }) => reason === 'first').length).toBeLessThanOrEqual(1);
}

async function startWorld(): Promise<World> {
  const service = await startService();
  const calls = client(service.url);
  const tokens = {
    resend: await calls.token({
      partnerId: partner,
      roles: ['view', 'resend'],
      email: 'rana@northwind.example',
    }),
    view: await calls.token({ partnerId: partner, roles: ['view'] }),
    nobody: await calls.token({ partnerId: partner, roles: [] }),
    'other partner': await calls.token({ partnerId: 'contoso', roles: ['view', 'resend'] }),
    operator: await calls.token({ partnerId: 'operations', roles: ['operator'] }),
  };
  return { service, calls, tokens, sequences: [] };
}

describe('whatever happens, in any order', () => {
  const worlds: World[] = [];

  beforeAll(async () => {
    worlds.push(...(await Promise.all(Array.from({ length: services }, startWorld))));
  });

  afterAll(async () => {
    await Promise.all(worlds.map(({ service }) => service.stop()));
  });

  it(`the service does what the model of the rules says (FC_SEED=${seed})`, async () => {
    const property = (world: World) =>
      fc.asyncProperty(fc.array(step, { minLength: stepsEach, maxLength: stepsEach }), async (steps) => {
        const sequence = new Sequence(world, await world.calls.now());
        world.sequences.push(sequence);
        try {
          for (const next of steps) await sequence.take(next);
        } finally {
          await sequence.settle();
        }
        await sequence.compareAll();
      });
    await Promise.all(
      worlds.map(async (world, index) => {
        const examples = index === 0 ? onceFailed.map((steps): [Step[]] => [steps]) : [];
        await fc.assert(property(world), { seed: seed + index, numRuns: sequencesEach, examples });
        const mailbox = Map.groupBy(
          await world.calls.emails(),
          ({ tags }) => `${tags.orderId}/${tags.lineId}`,
        );
        for (const sequence of world.sequences) sequence.compareMailbox(mailbox);
      }),
    );
  }, 600_000);
});
