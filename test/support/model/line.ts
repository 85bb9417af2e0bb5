import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { hour, windowDays } from './steps.ts';

export const minute = 60_000;
const day = 24 * hour;
export const emailsPerDay = 10;
const emailsPerLine = 100;

/** How long a sender that died keeps others from sending. */
const claimLease = 45_000;

/** How long a request may wait for another sender, and repeat its record. */
const slack = 10_000;

export type EmailKind = 'first' | 'resend' | 'contact-change' | 'reminder';

/** How long before the end of a window its contact is reminded, by how many days it lasts. */
const remindersBefore: Readonly<Record<number, readonly number[]>> = { 7: [2 * day], 30: [7 * day, 2 * day] };

export const moved = (instant: string, milliseconds: number) =>
  new Date(Date.parse(instant) + milliseconds).toISOString();

export const latestOf = (a: string | undefined, b: string) => (a !== undefined && a > b ? a : b);

interface Change {
  readonly start: string;
  readonly changedAt: string;
}

export type HistoryEntry = Readonly<Record<string, string>>;

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly link?: string;
  readonly requestedStartDate?: string;
  readonly canResendAt?: string;
  readonly placedBy?: unknown;
}

/** The emails that the limits look at. */
type Counts = Pick<ModelLine, 'counted' | 'resentAt'>;

/** What may have come of a request: nobody was told. */
interface Possible {
  readonly kind: EmailKind | 'saved' | 'failed';
  readonly to: string;
  readonly at: string;
  readonly key?: string | undefined;
  /** Whether it must be in the history at once. */
  readonly isCertain: boolean;
  /** By then the history tells, or there was none. */
  readonly until: string;
}

/** What a key came to, as far as it is known. */
interface Asked {
  readonly at: string;
  readonly messageId?: string | undefined;
  /** The first answer. */
  readonly body?: unknown;
}

/** What callers see of a line, as far as the model knows it. */
export type Shown = Pick<
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
export class ModelLine {
  readonly orderId: string;
  readonly lineId: string;
  isBooked = false;
  isCancelled = false;
  isClosed = false;
  closedAt: string | undefined;
  organizationId: string | undefined;
  window = 0;
  contact = '';
  start = '';
  /** When it was settled, if it was. */
  settledAt: string | undefined;
  readonly heldChanges: Change[] = [];
  changedAt = '';
  readonly changes = new Set<string>();
  firstSentAt: string | undefined;
  resentAt: string | undefined;
  lastEmail: { to: string; sentAt: string } | undefined;
  emails = 0;
  /** How often its contact changed without an email. */
  savedContacts = 0;
  /** When somebody last chose the contact: what was asked for before, and is told later, does not undo it. */
  contactChosenAt: string | undefined;
  readonly counted: string[] = [];
  /** When its emails left, or may have left. */
  readonly emailTimes: string[] = [];
  /** The reminders that were seen, by when they were due. */
  readonly reminded = new Set<string>();
  isClosingSoon = false;
  /** Reminders that were due by then were looked for, and were found or had a reason not to be sent. */
  remindersReadTo = '';
  remindersFoundTo = '';
  /** Where its emails went, or may have gone. */
  readonly #mailed = new Set<string>();
  readonly asked = new Map<string, Asked>();
  /** The emails that the history says may have been sent, with what was asked for by which key. */
  readonly unconfirmed: { entry: HistoryEntry; claimedAt: string; key: string | undefined }[] = [];
  possible: Possible[] = [];
  /** The emails that were confirmed since the history was seen. */
  confirmed: HistoryEntry[] = [];
  /** Whether times of the model may be a little off: those of emails of which only a report told. */
  isApproximate = false;
  /** When something last went wrong that may have concerned the line. */
  troubledAt = '';
  /** How often the first email was refused since its start date was set. */
  failedTries = 0;
  lastFailedAt = '';
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

  /** Whether the contact was saved while the first email was on its way to another one, and got none so far. */
  get isContactMissed(): boolean {
    return this.firstSentAt !== undefined && !this.#mailed.has(this.contact.toLowerCase());
  }

  /** When its reminders are due, and until when each is still of use. */
  get reminders(): readonly { readonly due: string; readonly until: string }[] {
    const { closesAt } = this;
    if (closesAt === undefined) return [];
    const times = (remindersBefore[this.window] ?? []).map((before) => moved(closesAt, -before));
    return times.map((due, place) => {
      const next = times[place + 1] ?? closesAt;
      return { due, until: moved(due, (Date.parse(next) - Date.parse(due)) / 2) };
    });
  }

  /** Whether a reminder has become due since its history was last read. */
  isReminderDue(now: string): boolean {
    return this.reminders.some(({ due }) => due <= now && due > this.remindersReadTo);
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
    now: string,
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
    if (wasCancelled) this.cancel(now);
    if (organizationId !== undefined) this.onboard(organizationId, now);
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
    this.failedTries = 0;
    this.changedAt = change.changedAt;
    this.happened('Rescheduled');
  }

  /* Onboardings and cancellations of this model happened before any deadline, also if they are told after it. */

  cancel(now: string): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.isClosed = false;
    this.settledAt ??= now;
    if (this.isBooked) this.happened('Cancelled');
  }

  onboard(organizationId: string, now: string): void {
    if (!this.isBooked || this.organizationId !== undefined) return;
    this.organizationId = organizationId;
    this.settledAt ??= now;
    this.isClosed = false;
    this.happened('Onboarded');
  }

  /** An email left for certain. `countedAt`: since when it counts. */
  sent(kind: EmailKind, sentAt: string, to = this.contact, countedAt = sentAt): void {
    this.#mailed.add(to.toLowerCase());
    this.emailTimes.push(sentAt);
    this.#count(kind, countedAt);
    this.#accepted(kind, sentAt, to, countedAt);
    this.happened(`ProvisioningEmailSent ${kind} ${to}`);
  }

  /** An email may have left. */
  mayHaveLeft(entry: HistoryEntry, key: string | undefined): void {
    const { at = '', reason, to = '' } = entry;
    this.#mailed.add(to.toLowerCase());
    this.emailTimes.push(at);
    this.#count(reason as EmailKind, at);
    this.unconfirmed.push({ entry, claimedAt: at, key });
    if (key !== undefined) this.asked.set(key, { at });
    this.happened(`ProvisioningEmailUnconfirmed ${reason ?? ''} ${to}`);
  }

  /** The mail service reported an email that may have left. */
  confirm(given: HistoryEntry, sent: HistoryEntry): void {
    const place = this.unconfirmed.findIndex(({ entry }) => entry === given);
    const [known] = this.unconfirmed.splice(place, 1);
    this.confirmed.push(sent);
    this.isApproximate = true;
    const { reason, to = '', at = '', messageId } = sent;
    this.emailTimes.push(at);
    this.#accepted(reason as EmailKind, at, to, known?.claimedAt ?? at);
    if (known?.key !== undefined) this.asked.set(known.key, { at, messageId });
    this.isTouched = true;
  }

  #count(kind: EmailKind, at: string): void {
    this.emails += 1;
    if (kind !== 'first' && kind !== 'reminder') this.counted.push(at);
    if (kind === 'resend') this.resentAt = latestOf(this.resentAt, at);
  }

  #accepted(kind: EmailKind, sentAt: string, to: string, claimedAt: string): void {
    if (kind === 'first') this.firstSentAt ??= sentAt;
    if (kind === 'contact-change') {
      const isOvertaken = this.contactChosenAt !== undefined && this.contactChosenAt > claimedAt;
      if (!isOvertaken && !isSame(to, this.contact)) this.#changeContact(to);
      this.contactChosenAt = latestOf(this.contactChosenAt, sentAt);
    }
    if (!this.lastEmail || this.lastEmail.sentAt <= sentAt) this.lastEmail = { to, sentAt };
  }

  #changeContact(to: string): void {
    this.contact = to;
    this.happened(`ProvisioningContactChanged ${to}`);
  }

  saveContact(to: string, at: string): void {
    this.#changeContact(to);
    this.contactChosenAt = latestOf(this.contactChosenAt, at);
    this.savedContacts += 1;
  }

  /** Nobody knows what came of a request for an email at `now`. */
  mayHave(
    kind: Possible['kind'],
    to: string,
    now: string,
    { key, isCertain = false }: { key?: string | undefined; isCertain?: boolean } = {},
  ): void {
    const isAtOnce = kind === 'failed' || kind === 'saved';
    this.possible.push({
      kind,
      to,
      at: now,
      key,
      isCertain,
      until: isAtOnce ? now : moved(now, claimLease + slack),
    });
    this.isTouched = true;
  }

  /** Until when somebody who died may keep others from sending; undefined if there is no such thing. */
  heldUntil(now: string): string | undefined {
    const ends = this.possible.map(({ until }) => until).filter((until) => until > now);
    return ends.sort().at(-1);
  }

  /** Why no email may leave at `now` since a sender was given up in the last moment: its email counts. */
  limitsOfGivenUp(now: string): Problem[] {
    return this.possible
      .filter(({ kind, at }) => kind !== 'saved' && kind !== 'failed' && moved(at, claimLease) <= now)
      .flatMap(({ kind, at }) => {
        const counts = {
          counted: kind === 'first' ? this.counted : [...this.counted, at],
          resentAt: kind === 'resend' ? latestOf(this.resentAt, at) : this.resentAt,
        };
        return [this.limited(now, counts), this.tooSoon(now, counts)];
      })
      .filter((problem) => problem !== undefined);
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

  limited(now: string, { counted, resentAt }: Counts = this): Problem | undefined {
    const usedUp = this.usedUp();
    if (usedUp) return usedUp;
    const lastDay = counted.map((at) => moved(at, day)).filter((end) => end > now);
    const oldest = lastDay.at(-emailsPerDay);
    if (oldest === undefined) return undefined;
    const next = resentAt === undefined ? oldest : moved(resentAt, minute);
    return { status: 429, code: 'resend-limit-reached', canResendAt: next > oldest ? next : oldest };
  }

  tooSoon(now: string, { resentAt }: Counts = this): Problem | undefined {
    const next = resentAt && moved(resentAt, minute);
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

export const shownBy = (line: LineAnswer): Shown => ({
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

export const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** A history entry in the model's words. */
export function inWords({ type = '', to = '', reason = '' }: HistoryEntry): string {
  switch (type) {
    case 'ProvisioningEmailSent':
    case 'ProvisioningEmailUnconfirmed':
      return `${type} ${reason} ${to}`;
    case 'ProvisioningEmailFailed':
    case 'ProvisioningContactChanged':
      return `${type} ${to}`;
    case 'Rescheduled':
      return reason.startsWith('ignored') ? 'Rescheduled, ignored' : 'Rescheduled';
    default:
      return type;
  }
}

/** A failure that happened several times in a row as often as it happened. When it was last changes, and is left out. */
export function eachTime(entry: HistoryEntry): HistoryEntry[] {
  if (entry.type !== 'ProvisioningEmailFailed') return [entry];
  const { at: _, result = '', ...rest } = entry;
  const [, times = '1'] = /, (\d+) times since /.exec(result) ?? [];
  return Array.from({ length: Number(times) }, () => rest);
}

export const failure = (to: string) => `ProvisioningEmailFailed ${to}`;
