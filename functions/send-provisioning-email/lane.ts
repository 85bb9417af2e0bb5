import type { LaneStore } from '../../shared/adapters/lane-store.ts';
import type { Mail, MailOutcome } from '../../shared/adapters/mail.ts';
import type { MailQuota } from '../../shared/adapters/mail-quota.ts';
import type { MeasuredQueue } from '../../shared/adapters/queue.ts';
import { faultForLog, type Log } from '../../shared/contracts/log.ts';
import { expectedClear, laneRest, laneRoom } from '../../shared/domain/lane.ts';
import type { Pacer } from '../../shared/domain/pacer.ts';
import { toInstant } from '../../shared/domain/time.ts';
import type { Postponed } from '../../shared/runtime/consume-messages.ts';

export interface LaneServices {
  readonly pace: Pacer;
  /** The account's rate, in emails a second. */
  readonly perSecond: () => number;
  /** How many calls of the function share the daily quota. */
  readonly calls: number;
  readonly mail: Mail;
  readonly quota: MailQuota;
  readonly queue: Pick<MeasuredQueue, 'length'>;
  readonly laneStore: LaneStore;
  readonly now: () => Date;
  /** Milliseconds from any start. */
  readonly elapsed: () => number;
  /** Waits the given number of milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** The longest that a call waits for a message's turn, in milliseconds. */
const longestWait = 9000;

/** The pauses, in milliseconds, before retrying a claimed email that exceeded the rate. */
const throttledPauses = [200, 400, 800, 1600, 3200] as const;

/** No such pause begins later than this, in milliseconds. */
const throttledPatience = 5000;

/** The least time between two queries of SES's quota, in milliseconds. */
const quotaAge = 60_000;

/**
 * How long a note of when the lane is expected to be empty is left alone, in milliseconds. When many emails fall due at
 * once, the first note is taken while most of them are yet to come, so one that came true is soon replaced.
 */
const noteAge = { least: 1000, most: 10_000 };

/** One call's part of the lane: its turns, and what it learns from the mail service. */
export class Lane {
  readonly #services: LaneServices;
  /** How many emails may still be sent, until SES is asked again. */
  #room = Infinity;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;
  /** When it may be noted again that something waits. */
  #nextNoteAt = -Infinity;

  constructor(services: LaneServices) {
    this.#services = services;
  }

  /** Takes a turn, and returns in how many milliseconds it is; a turn too far away is not taken. */
  async turn(): Promise<{ readonly wait: number } | Postponed> {
    await this.#ask();
    if (this.#room <= 0) {
      await this.#note(laneRest);
      return { againIn: laneRest };
    }
    const { wait, isTaken } = this.#services.pace.take(longestWait);
    if (wait > 0) await this.#note(0);
    return isTaken ? { wait } : { againIn: Math.ceil(wait / 1000) };
  }

  /** Returns a turn that was not needed. */
  giveBack(): void {
    this.#services.pace.giveBack();
  }

  /**
   * The mail service for use in the lane. What it refuses because of the rate is retried while the email is claimed, so
   * that a refused try is not written anywhere.
   */
  readonly mail: Mail = {
    send: async (email) => {
      const { mail, pause, elapsed } = this.#services;
      const start = elapsed();
      for (const milliseconds of throttledPauses) {
        const answer = this.#learn(await mail.send(email));
        const isOver = answer.outcome !== 'throttled' || answer.by === 'day';
        if (isOver || elapsed() - start > throttledPatience) return answer;
        await pause(milliseconds);
      }
      return this.#learn(await mail.send(email));
    },
  };

  #learn(answer: MailOutcome): MailOutcome {
    const { pace, calls } = this.#services;
    if (answer.outcome === 'accepted') {
      if (answer.wasThrottled === true) pace.slowDown();
      // The other calls send as many.
      this.#room -= calls;
    } else if (answer.outcome === 'throttled') {
      if (answer.by === 'rate') pace.slowDown();
      else this.#room = 0;
    }
    return answer;
  }

  /** Asks SES for the rest of the daily quota, once in a while. Without an answer, the lane carries on as before. */
  async #ask(): Promise<void> {
    const { quota, elapsed, log } = this.#services;
    if (elapsed() - this.#askedAt >= quotaAge) {
      this.#askedAt = elapsed();
      this.#asking = quota.account().then(
        (account) => {
          this.#room = laneRoom(account);
        },
        (error: unknown) => {
          log.warn('the sending quota is unknown', { fault: faultForLog(error) });
        },
      );
    }
    await this.#asking;
  }

  /** Notes when everything that waits is expected to have left, for lines that are shown. */
  async #note(restSeconds: number): Promise<void> {
    const { perSecond, queue, laneStore, now, elapsed, log } = this.#services;
    const at = elapsed();
    if (at < this.#nextNoteAt) return;
    this.#nextNoteAt = at + noteAge.most;
    try {
      const from = now().getTime();
      const goesOn = toInstant(new Date(from + restSeconds * 1000));
      const clearAt = expectedClear(await queue.length(), perSecond(), goesOn);
      this.#nextNoteAt = at + clamp(Date.parse(clearAt) - from, noteAge);
      await laneStore.note(clearAt, toInstant(new Date(from)));
    } catch (error) {
      log.warn('nobody knows how long the lane is', { fault: faultForLog(error) });
    }
  }
}

const clamp = (value: number, { least, most }: { readonly least: number; readonly most: number }): number =>
  Math.min(Math.max(value, least), most);
