import type { apiClient, BusEvent } from '../support/client.ts';

/** The service somewhere: on this machine, or deployed. */
export interface Target {
  readonly api: ReturnType<typeof apiClient>;
  /** ISO 8601: the window of A-FLEX-3 there. */
  readonly shortWindow: string;
  /** An access token of the sign-in there. */
  token(claims: { partnerId?: string; roles: string[] }): Promise<string>;
  expiredToken(claims: { partnerId?: string; roles: string[] }): Promise<string>;
  /** Signed by somebody else, who says to be the sign-in there. */
  forgedToken(claims: { partnerId?: string; roles: string[] }): Promise<string>;
  /** Good for another service, and not for this one. */
  foreignToken(claims: { partnerId?: string; roles: string[] }): Promise<string>;
  send(...events: BusEvent[]): Promise<void>;
  /** Waits until the events that were sent are handled. */
  settled(): Promise<unknown>;
  /** Those to an address, oldest first. */
  emails(to: string): Promise<readonly { readonly messageId: string; readonly text: string }[]>;
  deadLetters(): Promise<readonly { readonly event: unknown; readonly reason: string | undefined }[]>;
  /** Those of a line, by status as Step Functions says it. */
  executions(orderId: string): Promise<readonly { readonly name: string; readonly status: string }[]>;
  now(): Promise<string>;
  /** Lets time pass until it is `instant` there. */
  reach(instant: string): Promise<void>;
}
