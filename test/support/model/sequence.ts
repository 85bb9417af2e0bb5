import assert from 'node:assert/strict';
import type { ContactChangeAnswer, LineAnswer, ResendAnswer } from '../../../shared/contracts/api.ts';
import type { BusEvent } from '../client.ts';
import { booked, cancelled, onboarded, rescheduled } from '../events.ts';
import {
  eachTime,
  emailsPerDay,
  failure,
  type HistoryEntry,
  inWords,
  isSame,
  minute,
  ModelLine,
  latestOf,
  moved,
  type EmailKind,
  type Problem,
  shownBy,
} from './line.ts';
import { hour, type Place, starts, type Step, type StepTo } from './steps.ts';
import type { LeftEmail, MetFault, Person, Target } from './target.ts';

const day = 24 * hour;

/** How often the workflow tries the first email before it leaves it to the hourly sweep. */
const firstEmailTries = 11;

/** The shortest and the longest time that a first email waits for the report on the one before. */
const patience = { least: 15 * minute, most: hour };

/** How late the sweep leaves things to the workflow, with the retries that it has in all. */
const grace = 40 * minute;

/** After so long nothing of a fault is left: what it broke was found by a sweep, or by the one after. */
const recovery = 3 * hour;

/** How much the model's times may be off where only a report told. */
const blur = 2000;

interface Asked<Body> {
  readonly status: number;
  readonly body: Body & Partial<Problem>;
  /** The fault that a call of the request met. */
  readonly fault: MetFault | undefined;
  readonly answeredAt: string;
}

/** One sequence of steps on the model and on the service, on orders of its own. */
export class Sequence {
  readonly #target: Target;
  readonly #orders: { readonly A: string; readonly B: string };
  readonly #lines: Record<Place, ModelLine>;
  readonly #onboarded = new Map<string, string>();
  readonly #delivered: { lines: readonly ModelLine[]; event: BusEvent; apply: () => void }[] = [];
  /** The service's time when the step, or the request, began. */
  #now = '';
  #mailRefusals = 0;
  #mailError = '';
  #counter = 0;
  /** Where the lines were when the step began. */
  #before = new Map<
    ModelLine,
    { readonly start: string; readonly isOpen: boolean; readonly wasBooked: boolean }
  >();

  constructor(target: Target) {
    this.#target = target;
    const A = target.newOrder();
    const B = target.newOrder();
    this.#orders = { A, B };
    this.#lines = {
      A1: new ModelLine(A, '1'),
      A2: new ModelLine(A, '2'),
      B1: new ModelLine(B, '1'),
      B2: new ModelLine(B, '2'),
    };
  }

  get #all(): readonly ModelLine[] {
    return Object.values(this.#lines);
  }

  async take(next: Step): Promise<void> {
    this.#now = await this.#target.now();
    const began = this.#now;
    this.#before = new Map(
      this.#all.map((line) => [line, { start: line.start, isOpen: line.isOpen, wasBooked: line.isBooked }]),
    );
    if (next.fault) {
      await this.#target.refuseMail(0, '');
      this.#mailRefusals = 0;
      await this.#target.arm(next.fault);
    }
    await this.#do(next);
    await this.#target.idle();
    await this.#target.disarm();
    const met = next.fault ? this.#target.met() : [];
    for (const { at } of met)
      for (const line of this.#all) {
        line.troubledAt = at;
        line.isTouched = true;
      }
    this.#now = await this.#target.now();
    await this.#compare(Date.parse(this.#now) - Date.parse(began), met);
  }

  async #pass(duration: string): Promise<void> {
    const began = await this.#target.now();
    await this.#target.advance(duration);
    this.#now = await this.#target.now();
    await this.#compare(Date.parse(this.#now) - Date.parse(began), []);
  }

  /** Settles what is open, so that it costs the next sequences no time. */
  async settle(): Promise<void> {
    await this.#target.disarm();
    await this.#target.refuseMail(0, '');
    this.#mailRefusals = 0;
    const open = this.#all.filter(({ isOpen }) => isOpen);
    await this.#target.send(...open.map(({ orderId, lineId }) => cancelled(orderId, lineId)));
    this.#now = await this.#target.now();
    for (const line of open) line.cancel(this.#now);
  }

  /** Lets everything recover that a fault broke: time passes, and late reports arrive. */
  async recover(): Promise<void> {
    await this.#target.refuseMail(0, '');
    this.#mailRefusals = 0;
    this.#target.letReports('lost', 0);
    await this.#pass('PT5H');
    for (const line of this.#all) {
      line.isTouched = true;
      assert.deepEqual(line.possible, [], 'it stays open whether an email left');
    }
    await this.#compare(0, [], { withAllHistories: true });
    await this.#compareSearch();
  }

  // What happens

  async #do(next: Step): Promise<void> {
    switch (next.do) {
      case 'book':
        await this.#book(next);
        break;
      case 'reschedule':
        await this.#reschedule(next);
        break;
      case 'cancel': {
        const line = this.#lines[next.place];
        const event = cancelled(line.orderId, line.lineId);
        await this.#deliver([line], event, () => line.cancel(this.#now), next.copies);
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
          // Another one can be told apart only once it is known what came of this one.
          if (this.#lines[next.place].possible.length > 0) break;
        }
        break;
      case 'let mail be refused':
        if (next.fault) break;
        await this.#target.refuseMail(next.times, next.error);
        this.#mailRefusals = next.times;
        this.#mailError = next.error;
        break;
      case 'let reports be':
        this.#target.letReports(next.fate, next.times);
        break;
      case 'lose the execution': {
        const line = this.#lines[next.place];
        this.#target.loseExecutions(line.orderId, line.lineId);
        line.troubledAt = this.#now;
        break;
      }
      case 'wait':
        await this.#target.advance(next.duration);
        break;
      case 'nothing':
        break;
    }
  }

  async #deliver(lines: readonly ModelLine[], event: BusEvent, apply: () => void, times = 1): Promise<void> {
    this.#delivered.push({ lines, event, apply });
    await this.#target.send(...Array.from({ length: times }, () => event));
    this.#now = await this.#target.now();
    apply();
    for (const line of lines) line.isTouched = true;
  }

  #startDate(kind: keyof typeof starts): string {
    const fromNow = starts[kind];
    return fromNow === undefined ? '2026-01-01T00:00:00.000Z' : moved(this.#now, fromNow);
  }

  async #book(next: StepTo<'book'>): Promise<void> {
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
    const apply = () => line.book(next.offer, contact, startDate, this.#onboarded.get(orderId), this.#now);
    await this.#deliver([line], event, apply, next.copies);
  }

  async #reschedule(next: StepTo<'reschedule'>): Promise<void> {
    const line = this.#lines[next.place];
    this.#counter += 1;
    const changedAt = moved('2026-06-01T00:00:00.000Z', (next.isNewer ? 1 : -1) * this.#counter * minute);
    const change = { start: this.#startDate(next.start), changedAt };
    const event = rescheduled(line.orderId, change.start, changedAt, line.lineId);
    await this.#deliver([line], event, () => line.reschedule(change), next.copies);
  }

  async #onboard(next: StepTo<'onboard'>): Promise<void> {
    const { orderId } = this.#lines[next.place];
    const event = onboarded(orderId);
    this.#counter += 1;
    const organizationId = `organization-${this.#counter}`;
    const named = { ...event, detail: { ...(event.detail as object), organizationId } };
    const apply = () => {
      const known = this.#onboarded.get(orderId) ?? organizationId;
      this.#onboarded.set(orderId, known);
      for (const line of this.#linesOf(orderId)) line.onboard(known, this.#now);
    };
    await this.#deliver(this.#linesOf(orderId), named, apply, next.copies);
  }

  async #ask<Body>(
    by: Person,
    path: string,
    options: { method: string; headers?: Record<string, string>; json?: unknown },
  ): Promise<Asked<Body>> {
    this.#now = await this.#target.now();
    const known = this.#target.met().length;
    const { status, body } = await this.#target.request<Body & Partial<Problem>>(by, path, options);
    return { status, body, fault: this.#target.met()[known], answeredAt: await this.#target.now() };
  }

  async #resend(line: ModelLine, by: Person, key: string | undefined): Promise<void> {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const path = `/orders/${line.orderId}/lines/${line.lineId}/resend`;
    const answer = await this.#ask<ResendAnswer>(by, path, { method: 'POST', headers });
    const { status, body, fault } = answer;
    line.isTouched = true;

    const denied = denial(line, by);
    if (!denied && key !== undefined && this.#isReplay(line, key, answer)) return;
    if (isHeld(line, this.#now, answer)) return;
    const problem = denied ?? line.refusal(this.#now);
    if (problem) {
      if (!isLost(answer)) expectProblem(line, answer, problem);
      return;
    }
    if (this.#cameToNothing(line, 'resend', line.contact, answer, key)) return;
    assert.equal(status, 200, `${line.name} at ${this.#now}: ${JSON.stringify(body)}`);
    assert.equal(body.email.to, line.contact);
    line.sent('resend', body.email.sentAt);
    if (key !== undefined)
      line.asked.set(key, { at: body.email.sentAt, body, messageId: body.email.messageId });
    if (fault) line.isApproximate = true;
  }

  /** Whether the key was used before, and the answer says so. */
  #isReplay(line: ModelLine, key: string, answer: Asked<ResendAnswer>): boolean {
    const { status, body } = answer;
    const asked = line.asked.get(key);
    if (!asked) return false;
    const isKept = moved(asked.at, day) > this.#now;
    const isUnconfirmed = line.unconfirmed.some((unconfirmed) => unconfirmed.key === key);
    if (isUnconfirmed) {
      // It may be forgotten after a day, and need not be.
      if (!isKept && status !== 504) return false;
      if (!isLost(answer) && !isHeld(line, this.#now, answer))
        expectProblem(line, answer, { status: 504, code: 'email-unconfirmed' });
      return true;
    }
    if (!isKept) return false;
    if (isLost(answer)) return true;
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.email.messageId, asked.messageId, 'a key was answered otherwise than before');
    if (asked.body !== undefined) assert.deepEqual(body, asked.body);
    line.asked.set(key, { ...asked, body });
    return true;
  }

  /** Whether an email that was permitted did not leave, or nobody knows; what that means for the line is noted. */
  #cameToNothing(line: ModelLine, kind: EmailKind, to: string, answer: Asked<object>, key?: string): boolean {
    const { status, fault } = answer;
    if (!fault) {
      if (this.#mailRefusals === 0) return false;
      this.#mailRefusals -= 1;
      line.happened(failure(to));
      expectProblem(line, answer, { status: 502, code: 'email-not-sent' });
      return true;
    }
    line.isApproximate = true;
    const { service, name } = fault;
    if (service === 'ses') {
      const wanted = name === 'is throttled three times' ? 502 : name.startsWith('dies') ? 0 : 504;
      assert.equal(status, wanted, `the mail service ${name}`);
    }
    switch (status) {
      case 200:
        return false;
      case 502:
        // A claim that was taken back leaves no trace; what the mail service refused does.
        line.mayHave('failed', to, this.#now, { isCertain: service === 'ses' });
        return true;
      case 504:
        line.mayHave(kind, to, this.#now, { key, isCertain: service === 'ses' });
        return true;
      case 500:
        assert.equal(service, 'dynamodb');
        return true;
      case 0:
        assert.ok(name.startsWith('dies'));
        line.mayHave(kind, to, this.#now, { key });
        return true;
      default:
        assert.fail(`a request was answered ${status} ${JSON.stringify(answer.body)}`);
    }
  }

  async #changeContact(next: { place: Place; person: Person; to: string; allLines: boolean }): Promise<void> {
    const named = this.#lines[next.place];
    const to = `${next.to}@${named.orderId}.example`;
    const path = `/orders/${named.orderId}/lines/${named.lineId}/provisioning-contact`;
    const json = { email: to, applyToAllLines: next.allLines };
    const answer = await this.#ask<ContactChangeAnswer>(next.person, path, { method: 'PUT', json });
    const { status, body, fault } = answer;
    const others = next.allLines
      ? this.#linesOf(named.orderId).filter((line) => line !== named && line.isBooked)
      : [];
    named.isTouched = true;

    if (isHeld(named, this.#now, answer)) return;
    const problem = denial(named, next.person) ?? this.#refusedChange(named, to);
    if (problem) {
      if (!isLost(answer)) expectProblem(named, answer, problem);
      return;
    }
    if (isLost(answer)) {
      // How far it came is seen by what there is of it.
      for (const line of [named, ...others]) this.#mayHaveChanged(line, to);
      return;
    }
    if (this.#changeOf(named, to) === 'contact-change') {
      // With several lines and an answer for all, the fault met another one.
      const own = status === 200 && others.length > 0 ? { ...answer, fault: undefined } : answer;
      if (this.#cameToNothing(named, 'contact-change', to, own)) return;
    }
    assert.equal(status, 200, JSON.stringify(body));
    for (const line of [named, ...others]) line.isApproximate ||= fault !== undefined;
    this.#changed(named, to, body.lines);

    const skipped = new Map(body.skipped.map((skip) => [skip.lineId, skip]));
    for (const line of others) {
      line.isTouched = true;
      const skip = skipped.get(line.lineId);
      const reason = skip?.reason;
      const refused = this.#refusedChange(line, to);
      if (reason === 'resend-too-soon' && line.heldUntil(this.#now) !== undefined) continue;
      if (line.limitsOfGivenUp(answer.answeredAt).some(({ code }) => code === reason)) continue;
      if (refused) {
        assert.equal(reason, refused.code);
      } else if (this.#changeOf(line, to) !== 'contact-change') {
        assert.equal(reason, undefined);
        this.#changed(line, to, body.lines);
      } else {
        const statuses: Record<string, number> = { 'email-not-sent': 502, 'email-unconfirmed': 504 };
        const one = {
          status: reason === undefined ? 200 : (statuses[reason] ?? -1),
          body: skip ? { ...skip, code: skip.reason } : {},
          fault,
          answeredAt: answer.answeredAt,
        };
        // One fault meets one line.
        const isOwn = fault !== undefined && reason !== undefined;
        if (this.#cameToNothing(line, 'contact-change', to, isOwn ? one : { ...one, fault: undefined }))
          continue;
        assert.equal(reason, undefined);
        this.#changed(line, to, body.lines);
      }
    }
    assert.equal(body.lines.length, 1 + others.length - skipped.size);
  }

  #refusedChange(line: ModelLine, to: string): Problem | undefined {
    const settled = line.settled();
    if (settled ?? isSame(line.contact, to)) return settled;
    return line.unstarted() ? line.usedUp() : line.limited(this.#now);
  }

  /** What a change of the contact comes to that nothing refuses. */
  #changeOf(line: ModelLine, to: string): 'contact-change' | 'saved' | undefined {
    if (isSame(line.contact, to)) return undefined;
    return line.unstarted() ? 'saved' : 'contact-change';
  }

  #mayHaveChanged(line: ModelLine, to: string): void {
    line.isTouched = true;
    const change = this.#refusedChange(line, to) ? undefined : this.#changeOf(line, to);
    if (change) line.mayHave(change, to, this.#now);
  }

  #changed(line: ModelLine, to: string, answered: readonly LineAnswer[]): void {
    line.isTouched = true;
    switch (this.#changeOf(line, to)) {
      case undefined:
        return;
      case 'saved':
        line.saveContact(to, this.#now);
        return;
      case 'contact-change': {
        const sentAt = answered.find(({ lineId }) => lineId === line.lineId)?.lastEmail?.sentAt;
        line.sent('contact-change', sentAt ?? 'never', to);
      }
    }
  }

  #linesOf(orderId: string): ModelLine[] {
    return this.#all.filter((line) => line.orderId === orderId);
  }

  // What must be seen of it

  async #compare(
    waited: number,
    met: readonly MetFault[],
    { withAllHistories } = { withAllHistories: false },
  ): Promise<void> {
    for (const line of this.#all)
      line.isTouched ||= waited > 0 && (line.isOpen || line.possible.length + line.unconfirmed.length > 0);
    const observed = new Map<ModelLine, LineAnswer>();
    for (const orderId of Object.values(this.#orders)) {
      if (!this.#linesOf(orderId).some(({ isTouched }) => isTouched)) continue;
      for (const [line, answer] of await this.#read(orderId)) observed.set(line, answer);
    }
    const histories = await this.#readHistories(withAllHistories || met.length > 0);
    let failures = 0;
    let isAnySent = false;
    for (const [line, history] of histories) {
      const seen = this.#explain(line, history, waited, met);
      failures += seen.failures;
      isAnySent ||= seen.isFirstSent;
    }
    if (met.length === 0) {
      // A first email that is refused for the rate is sent later, and nothing is said of it.
      const told = this.#mailError === 'Throttling' ? 0 : this.#mailRefusals;
      if (isAnySent) assert.equal(failures, told);
      this.#mailRefusals = isAnySent ? 0 : this.#mailRefusals - failures;
      assert.ok(this.#mailRefusals >= 0, 'more emails failed than were refused');
    }
    for (const line of histories.keys()) if (line.isDue(this.#now)) this.#expectReason(line, waited);
    for (const line of histories.keys()) this.#expectReminders(line);
    this.#expectClosings(observed, waited);
    for (const [line, answer] of observed) expectShown(line, answer, this.#now);
    for (const [line, history] of histories) expectHistory(line, history);
    for (const line of this.#all) {
      line.isTouched = false;
      for (const { isCertain, until } of line.possible)
        assert.ok(!isCertain && until > this.#now, `${line.name}: nothing is to be seen of an email`);
    }
    this.#compareMailbox(this.#target.emails());
  }

  /** The booked lines of an order, as the API shows them. */
  async #read(orderId: string): Promise<(readonly [ModelLine, LineAnswer])[]> {
    const lines = this.#linesOf(orderId).filter(({ isBooked }) => isBooked);
    const { status, body } = await this.#target.request<{ organizationId?: string; lines: LineAnswer[] }>(
      'resend',
      `/orders/${orderId}`,
    );
    if (lines.length === 0) {
      assert.equal(status, 404);
      return [];
    }
    assert.deepEqual(
      { status, organizationId: body.organizationId, lineIds: body.lines.map(({ lineId }) => lineId) },
      {
        status: 200,
        organizationId: this.#onboarded.get(orderId),
        lineIds: lines.map(({ lineId }) => lineId),
      },
    );
    return lines.flatMap((line, index) => {
      const answer = body.lines[index];
      return answer ? [[line, answer] as const] : [];
    });
  }

  /** The histories, oldest first, of the lines that something happened to. The others are read in the end. */
  async #readHistories(all: boolean): Promise<Map<ModelLine, HistoryEntry[]>> {
    const histories = new Map<ModelLine, HistoryEntry[]>();
    for (const line of this.#all) {
      const isOpen = line.possible.length + line.unconfirmed.length > 0 && line.isTouched;
      const isDue = line.isDue(this.#now) || line.isReminderDue(this.#now) || line.isOverdue(this.#now);
      const isNews = line.news.length > 0 || isDue;
      if (!line.isBooked || !(isNews || isOpen || all)) continue;
      const { body } = await this.#target.request<{ items: HistoryEntry[] }>(
        'view',
        `/orders/${line.orderId}/lines/${line.lineId}/history`,
      );
      // Every email arrives here; what becomes of emails is the matter of other tests.
      const told = body.items.filter(({ type }) => type !== 'ProvisioningEmailFeedback').toReversed();
      line.lastFailedAt = told.findLast(({ type }) => type === 'ProvisioningEmailFailed')?.at ?? '';
      histories.set(line, told.flatMap(eachTime));
    }
    return histories;
  }

  /** Finds the reason for everything in the history that the model did not foresee, and takes it over. */
  #explain(line: ModelLine, history: HistoryEntry[], waited: number, met: readonly MetFault[]) {
    let fresh = without(history, line.seen);
    const reported = new Map(this.#target.emails()?.map((email) => [email.messageId, email.reportedAt]));
    /** When an entry was written: of an email whose answer was lost, once its report came. */
    const writtenAt = ({ result, reason, messageId = '', at = '' }: HistoryEntry) =>
      result === 'Accepted' && reason === 'first' ? at : (reported.get(messageId) ?? at);
    const confirmations = new Map<HistoryEntry, HistoryEntry>();
    for (const given of without(line.seen, history)) {
      const confirmed = fresh.find(
        ({ type, reason, to }) =>
          type === 'ProvisioningEmailSent' && reason === given.reason && to === given.to,
      );
      assert.ok(
        given.type === 'ProvisioningEmailUnconfirmed' && confirmed,
        `${line.name}: vanished from the history: ${JSON.stringify(given)}`,
      );
      fresh = fresh.filter((entry) => entry !== confirmed);
      confirmations.set(confirmed, given);
    }
    const foreseen = [...line.news];
    const surprises = fresh.filter((entry) => {
      const place = foreseen.indexOf(inWords(entry));
      if (place !== -1) foreseen.splice(place, 1);
      return place === -1;
    });
    let failures = 0;
    let isFirstSent = false;
    const isChange = ({ type }: HistoryEntry) => type === 'ProvisioningContactChanged';
    const emailsFirst = [...surprises, ...confirmations.keys()].sort(
      (a, b) => Number(isChange(a)) - Number(isChange(b)) || (writtenAt(a) < writtenAt(b) ? -1 : 1),
    );
    const foreseenNews = line.news.length;
    let ofEmails: string[] | undefined;
    for (const entry of emailsFirst) {
      const given = confirmations.get(entry);
      if (given) {
        line.confirm(given, entry);
        continue;
      }
      const { type, to = '', reason = '', at = this.#now, messageId, result } = entry;
      const isEmail = type === 'ProvisioningEmailSent' || type === 'ProvisioningEmailUnconfirmed';
      const isFailure = type === 'ProvisioningEmailFailed';
      const isSaved = isChange(entry);
      // An email that was just explained changed the contact.
      if (isSaved) {
        ofEmails ??= line.news.slice(foreseenNews);
        const place = ofEmails.indexOf(inWords(entry));
        if (place !== -1) {
          ofEmails.splice(place, 1);
          continue;
        }
      }
      const kind = isFailure ? 'failed' : isSaved ? 'saved' : reason;
      const possible = line.possible.findLast((one) => one.kind === kind && one.to === to);
      if (possible && (isEmail || isFailure || isSaved)) {
        line.possible = line.possible.filter((one) => one !== possible);
        const { key } = possible;
        if (isFailure) line.happened(inWords(entry));
        else if (isSaved) line.saveContact(to, at);
        else if (type === 'ProvisioningEmailUnconfirmed') line.mayHaveLeft(entry, key);
        else {
          line.sent(possible.kind as EmailKind, at, to, result === 'Confirmed' ? possible.at : at);
          if (key !== undefined) line.asked.set(key, { at, messageId });
        }
        continue;
      }
      if (type === 'Closed' && this.#mayHaveClosed(line, waited)) {
        // An onboarding or a cancellation that was told late has made that void.
        line.isClosed = line.organizationId === undefined && !line.isCancelled;
        line.happened('Closed');
        continue;
      }
      if (type === 'ClosingSoon') {
        const last = line.reminders.at(-1)?.due ?? 'never';
        assert.ok(
          !line.isClosingSoon && last <= at && at < (line.closesAt ?? ''),
          `${line.name}: said to close soon at ${at}`,
        );
        line.isClosingSoon = true;
        line.happened('ClosingSoon');
        continue;
      }
      if (isEmail && reason === 'reminder') this.#expectReminder(line, at);
      const kindDue = reason === 'reminder' ? reason : line.isContactMissed ? 'contact-change' : 'first';
      const isOfWorkflow = isEmail ? reason === kindDue : isFailure;
      assert.ok(
        isOfWorkflow && to === line.contact && this.#workflowMaySend(line, waited),
        `${line.name}: unforeseen in the history: ${JSON.stringify(entry)}, foreseen: ${JSON.stringify(line.news)}`,
      );
      if (isFailure) {
        failures += 1;
        line.failedTries += 1;
        line.happened(inWords(entry));
      } else if (type === 'ProvisioningEmailUnconfirmed') {
        assert.ok(met.length > 0, `${line.name}: an email is unconfirmed though nothing failed`);
        line.mayHaveLeft(entry, undefined);
      } else if (kindDue === 'contact-change' || kindDue === 'reminder') {
        line.sent(kindDue, at, to);
        isFirstSent ||= kindDue === 'reminder';
      } else {
        assert.ok(result === 'Confirmed' || at >= line.start, `${line.name}: the first email left too early`);
        line.sent('first', at, to);
        isFirstSent = true;
      }
    }
    line.possible = line.possible.filter(({ isCertain, until }) => isCertain || until > this.#now);
    return { failures, isFirstSent };
  }

  /** Whether the first email could leave in this step, or the one that its contact missed. */
  #workflowMaySend(line: ModelLine, waited: number): boolean {
    const before = this.#before.get(line);
    const wasDue = line.start <= this.#now || (before !== undefined && before.start <= this.#now);
    const wasOpen = line.isOpen || (waited > 0 && before?.isOpen === true);
    return (wasDue || line.isContactMissed) && wasOpen;
  }

  /** A reminder left when one was due, once, and not soon after another email. */
  #expectReminder(line: ModelLine, at: string): void {
    const reminder = line.reminders.findLast(({ due }) => due <= at);
    const isMailed = line.emailTimes.some((sent) => sent < at && sent > moved(at, blur - day));
    assert.ok(
      reminder && at < moved(reminder.until, blur) && !line.reminded.has(reminder.due) && !isMailed,
      `${line.name}: a reminder left at ${at}, with the window's end at ${String(line.closesAt)}`,
    );
    line.reminded.add(reminder.due);
  }

  /** What reminders were due have left by now, and systems were told of the last one, unless there is a reason. */
  #expectReminders(line: ModelLine): void {
    line.remindersReadTo = this.#now;
    const { reminders, settledAt, troubledAt } = line;
    for (const [place, { due }] of reminders.entries()) {
      const by = moved(due, recovery);
      if (due <= line.remindersFoundTo || by > this.#now) continue;
      line.remindersFoundTo = due;
      const isTroubled = troubledAt !== '' && moved(troubledAt, recovery) > due;
      if (isTroubled || (settledAt !== undefined && settledAt < by)) continue;
      const isMailed = line.emailTimes.some((sent) => sent < by && sent > moved(due, -day));
      assert.ok(
        line.reminded.has(due) || isMailed || line.usedUp() || line.lastFailedAt > moved(due, -recovery),
        `${line.name}: no reminder left, which was due at ${due}`,
      );
      assert.ok(
        place < reminders.length - 1 || line.isClosingSoon,
        `${line.name}: nobody was told that it closes soon, which was due at ${due}`,
      );
    }
  }

  #mayHaveClosed(line: ModelLine, waited: number): boolean {
    const wasOpen = line.isOpen || (waited > 0 && this.#before.get(line)?.isOpen === true);
    return wasOpen && line.closesAt !== undefined && line.closesAt <= this.#now;
  }

  /** Every due line has its first email by now, unless there is a reason. */
  #expectReason(line: ModelLine, waited: number): void {
    const since = (milliseconds: number) => moved(this.#now, -milliseconds);
    const isLeftToSweep =
      line.failedTries >= firstEmailTries &&
      line.lastFailedAt > since(2 * this.#target.sweepsEvery(waited) + grace);
    const awaited = line.unconfirmed.filter(({ entry }) => entry.reason === 'first').at(-1);
    const isAwaited = awaited !== undefined && awaited.claimedAt > since(patience.most + minute);
    const isTroubled = line.troubledAt > since(recovery);
    assert.ok(
      isLeftToSweep || isAwaited || isTroubled,
      `${line.name}: its first email was due at ${line.start} and has not left at ${this.#now}`,
    );
  }

  /** What is closed was closed in time, and every window that ended is closed, unless there is a reason. */
  #expectClosings(observed: Map<ModelLine, LineAnswer>, waited: number): void {
    for (const [line, { closedAt }] of observed) {
      const { closesAt, troubledAt } = line;
      if (closesAt === undefined) continue;
      const least = this.#target.sweepsEvery(waited);
      const latest =
        troubledAt === '' ? moved(closesAt, least) : moved(latestOf(closesAt, troubledAt), recovery);
      assert.ok(
        !line.isOverdue(this.#now) || (troubledAt !== '' && latest > this.#now),
        `${line.name}: the window ended at ${closesAt}, and it is not closed`,
      );
      assert.ok(
        closedAt === undefined || closedAt === line.closedAt || (closedAt >= closesAt && closedAt < latest),
        `${line.name}: closed at ${String(closedAt)} and not at ${closesAt}`,
      );
      line.closedAt = closedAt;
    }
  }

  /** The mail service has what the histories say, and nothing else but what it did not report. */
  #compareMailbox(all: readonly LeftEmail[] | undefined): void {
    if (!all) return;
    for (const line of this.#all) {
      const left: readonly LeftEmail[] = all.filter(
        ({ tags }) => tags.orderId === line.orderId && tags.lineId === line.lineId,
      );
      const recorded = line.seen.filter(({ type }) => type === 'ProvisioningEmailSent');
      const known = (email: LeftEmail) =>
        recorded.filter(
          ({ messageId, to, reason }) =>
            messageId === email.messageId && to === email.to && reason === email.tags.kind,
        );
      for (const email of left) {
        const times = known(email).length;
        assert.ok(
          times === 1 || (times === 0 && email.reportedAt === undefined),
          `${line.name}: ${JSON.stringify(email)} is ${times} times in the history`,
        );
        const { settledAt } = line;
        assert.ok(
          settledAt === undefined || email.sentAt <= settledAt,
          `${line.name}: an email left at ${email.sentAt}, after ${String(settledAt)}`,
        );
      }
      assert.equal(recorded.length, left.filter((email) => known(email).length === 1).length);
      for (const [place, email] of left.filter(({ tags }) => tags.kind === 'first').entries()) {
        const before = left.filter(({ tags }) => tags.kind === 'first').slice(0, place);
        for (const earlier of before)
          assert.ok(
            (earlier.reportedAt === undefined || earlier.reportedAt > email.sentAt) &&
              !known(earlier).some(({ result }) => result === 'Accepted') &&
              moved(earlier.sentAt, patience.least - minute) < email.sentAt,
            `${line.name}: the first email left twice`,
          );
      }
    }
  }

  /** The same at the very end, where every email was reported. */
  compareMailbox(all: readonly LeftEmail[]): void {
    this.#compareMailbox(all);
  }

  /** Every line is found by its order, and by its contact. */
  async #compareSearch(): Promise<void> {
    const { A, B } = this.#orders;
    for (const word of [A, B, this.#lines.A1.contact]) {
      if (word === '') continue;
      const found = await this.#target.request<{ items: LineAnswer[] }>(
        'view',
        `/order-lines?q=${encodeURIComponent(word.toLowerCase())}`,
      );
      const wanted = this.#all.filter(
        (line) => line.isBooked && (line.orderId === word || isSame(line.contact, word)),
      );
      const answers = new Map(found.body.items.map((item) => [item.lineId, item]));
      assert.equal(found.body.items.length, wanted.length, `lines found by ${word}`);
      for (const line of wanted) {
        const answer = answers.get(line.lineId);
        assert.ok(answer, `${line.name} is not found by ${word}`);
        expectShown(line, answer, this.#now);
      }
    }
  }
}

/** Why somebody may not send for a line, whatever its state. */
function denial(line: ModelLine, by: Person): Problem | undefined {
  if (!line.isBooked || by === 'other partner') return { status: 404, code: 'order-line-not-found' };
  if (by === 'resend' || by === 'operator') return undefined;
  const placedBy = { name: 'Maya Lindqvist', email: 'maya@northwind.example' };
  return { status: 403, code: 'no-access', placedBy };
}

/** Whether a fault kept the request from an answer that says anything. */
const isLost = ({ status, fault }: Asked<object>): boolean =>
  fault !== undefined && (status === 0 || (status === 500 && fault.service === 'dynamodb'));

/** Whether a request had to stand back for a sender that may have died, or for its email once it was given up. */
function isHeld(line: ModelLine, now: string, { status, body, answeredAt }: Asked<object>): boolean {
  const until = line.heldUntil(now);
  const { code, canResendAt }: Partial<Problem> = body;
  if (until === undefined || status !== 429 || canResendAt === undefined) return false;
  if (code === 'resend-too-soon' && canResendAt <= until) return true;
  return line
    .limitsOfGivenUp(answeredAt)
    .some((limit) => limit.code === code && isNear(canResendAt, limit.canResendAt));
}

const isNear = (a: string, b = 'never') => Math.abs(Date.parse(a) - Date.parse(b)) < blur;

function expectProblem(line: ModelLine, { status, body }: Asked<object>, problem: Problem): void {
  const { canResendAt, ...rest } = problem;
  const told: Partial<Problem> = body;
  const named = Object.fromEntries(
    Object.keys(rest).map((name) => [name, name === 'status' ? status : Reflect.get(body, name)]),
  );
  assert.deepEqual(named, rest, `${line.name}: ${JSON.stringify(body)}`);
  if (status !== 504) expectTime(line, told.canResendAt, canResendAt);
  if (status === 502 || status === 504) {
    const support: unknown = Reflect.get(body, 'support');
    assert.match(
      JSON.stringify(support ?? {}),
      /"portal":"https:\/\/www.cisco.com\/go\/cs".*"reference":"[^"]+"/,
    );
  }
}

function expectTime(line: ModelLine, told: string | undefined, known: string | undefined): void {
  if (line.isApproximate && told !== undefined && known !== undefined) {
    assert.ok(isNear(told, known), `${line.name}: ${told}, not ${known}`);
    return;
  }
  assert.equal(told, known, line.name);
}

function expectShown(line: ModelLine, answer: LineAnswer, now: string): void {
  const { resend: told, ...shown } = shownBy(answer);
  const { resend: known, ...wanted } = line.shown(now);
  assert.deepEqual(shown, wanted, `${line.name} at ${now}`);
  const until = line.heldUntil(now);
  const { allowed, reason, canResendAt } = told;
  if (
    until !== undefined &&
    reason === 'resend-too-soon' &&
    canResendAt !== undefined &&
    canResendAt <= until
  )
    return;
  assert.deepEqual({ allowed, reason }, { allowed: known.allowed, reason: known.reason }, line.name);
  expectTime(line, canResendAt, known.canResendAt);
}

/** What was in the history stays as it is; what happened since is new in it, and nothing else. */
function expectHistory(line: ModelLine, history: HistoryEntry[]): void {
  const fresh = without(history, line.seen).filter(
    (entry) => !line.confirmed.some(({ messageId }) => messageId === entry.messageId),
  );
  assert.deepEqual(fresh.map(inWords).sort(), [...line.news].sort(), line.name);
  line.seen = history;
  line.news = [];
  line.confirmed = [];

  const settled = history.findIndex(({ type }) => type === 'Onboarded' || type === 'Cancelled');
  const afterwards = settled === -1 ? [] : history.slice(settled).map(({ type }) => type);
  assert.ok(!afterwards.includes('Closed'), `${line.name} was closed after it was settled`);
}

/** The entries that are not among the others, each as often as it is more often there. */
function without(entries: readonly HistoryEntry[], others: readonly HistoryEntry[]): HistoryEntry[] {
  const left = others.map((entry) => JSON.stringify(entry));
  return entries.filter((entry) => {
    const place = left.indexOf(JSON.stringify(entry));
    if (place !== -1) left.splice(place, 1);
    return place === -1;
  });
}
