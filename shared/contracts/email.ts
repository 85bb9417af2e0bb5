/** One email, ready to leave. */
export interface Email {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** Where replies go; missing: to the sender. */
  readonly replyTo?: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Further headers for mail programs; only some senders accept any. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Returned with every report about the email. */
  readonly tags: Readonly<Record<string, string>>;
}
