import type { BusEvent, SentEmail } from '../client.ts';
import type { FaultName } from '../trial.ts';

export const people = ['resend', 'operator', 'view', 'nobody', 'other partner'] as const;
export type Person = (typeof people)[number];

export const services = ['dynamodb', 'ses', 'sfn'] as const;

/** The call of a service, counted from now, that meets a fault. */
export interface Fault {
  readonly service: (typeof services)[number];
  readonly name: FaultName;
  /** How many calls of the service go well before. */
  readonly after: number;
}

/** What becomes of the mail service's reports on an email. */
export const reportFates = ['lost', 'late', 'twice', 'reordered'] as const;
export type ReportFate = (typeof reportFates)[number];

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

/** An email as the mail service knows it. */
export interface LeftEmail extends Pick<SentEmail, 'messageId' | 'to' | 'sentAt' | 'tags'> {
  /** When its first report was handed over; undefined if that has not happened. */
  readonly reportedAt?: string | undefined;
}

/** A fault that a call met. */
export interface MetFault extends Fault {
  readonly at: string;
}

/** The service that is held beside the model. */
export interface Target {
  newOrder(): string;
  now(): Promise<string>;
  /** Lets so much time pass, with all that is due in it. */
  advance(duration: string): Promise<void>;
  /** Puts events on the bus, and waits until all that they lead to is done; operators redrive dead letters. */
  send(...events: readonly BusEvent[]): Promise<void>;
  /** Asks the API; status 0 if no answer came. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is answered
  request<Body>(
    by: Person,
    path: string,
    options?: RequestOptions,
  ): Promise<{ readonly status: number; readonly body: Body }>;
  /** Waits until nothing is in progress. */
  idle(): Promise<void>;
  /** The mail service answers the next emails with this error, and takes none of them. */
  refuseMail(times: number, error: string): Promise<void>;
  /** Lets a call fail until `disarm`. */
  arm(fault: Fault): Promise<void>;
  disarm(): Promise<void>;
  /** The faults that calls met since `arm`. */
  met(): readonly MetFault[];
  /** What becomes of the reports on the next emails. */
  letReports(be: ReportFate, times: number): void;
  /** Ends the executions of a line, and nobody knows. */
  loseExecutions(orderId: string, lineId: string): void;
  /** How far two sweeps are apart, in milliseconds, in a wait of that length. */
  sweepsEvery(waited: number): number;
  /** All emails that left; undefined if that is asked at the very end only. */
  emails(): readonly LeftEmail[] | undefined;
}
