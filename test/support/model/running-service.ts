import { type Client, client, type SentEmail } from '../client.ts';
import { newOrder, partner } from '../events.ts';
import { type Service, startService } from '../service.ts';
import { hour } from './steps.ts';
import type { LeftEmail, MetFault, Person, RequestOptions, Target } from './target.ts';

/** The local service sweeps this often during a wait, or every hour if that is less often. */
const sweepsPerWait = 10;

/** The service as its command runs it, asked over HTTP. */
export class RunningService implements Target {
  readonly #service: Service;
  readonly #calls: Client;
  readonly #tokens: Readonly<Record<Person, string>>;

  static async start(): Promise<RunningService> {
    const service = await startService();
    const calls = client(service.url);
    const ofPartner = { partnerId: partner };
    const tokens = {
      resend: await calls.token({ ...ofPartner, roles: ['view', 'resend'], email: 'rana@northwind.example' }),
      view: await calls.token({ ...ofPartner, roles: ['view'] }),
      nobody: await calls.token({ ...ofPartner, roles: [] }),
      'other partner': await calls.token({ partnerId: 'contoso', roles: ['view', 'resend'] }),
      operator: await calls.token({ partnerId: 'operations', roles: ['operator'] }),
    };
    return new RunningService(service, calls, tokens);
  }

  private constructor(service: Service, calls: Client, tokens: Readonly<Record<Person, string>>) {
    this.#service = service;
    this.#calls = calls;
    this.#tokens = tokens;
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }

  newOrder(): string {
    return newOrder();
  }

  async now(): Promise<string> {
    return await this.#calls.now();
  }

  async advance(duration: string): Promise<void> {
    await this.#calls.advance(duration);
  }

  async send(...events: Parameters<Client['send']>): Promise<void> {
    await this.#calls.send(...events);
  }

  request<Body>(by: Person, path: string, options: RequestOptions = {}) {
    return this.#calls.request<Body>(path, { token: this.#tokens[by], ...options });
  }

  async idle(): Promise<void> {
    await this.#calls.idle();
  }

  async refuseMail(times: number, error: string): Promise<void> {
    await this.#calls.clearFaults();
    if (times === 0) return;
    await this.#calls.fault({ service: 'ses', operation: 'SendEmail', times, when: 'before', error });
  }

  arm(): Promise<void> {
    throw new Error('calls fail in memory only');
  }

  async disarm(): Promise<void> {
    // Nothing was armed.
  }

  met(): readonly MetFault[] {
    return [];
  }

  letReports(): void {
    // Each is delivered at once.
  }

  loseExecutions(): void {
    throw new Error('the running service loses no execution');
  }

  sweepsEvery(waited: number): number {
    return Math.max(hour, waited / sweepsPerWait);
  }

  emails(): undefined {
    return undefined;
  }

  /** All emails that left, each reported by now. */
  async mailbox(): Promise<readonly LeftEmail[]> {
    const emails: readonly SentEmail[] = await this.#calls.emails();
    return emails.map((email) => ({ ...email, reportedAt: email.sentAt }));
  }
}
