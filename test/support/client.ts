import type { ContactChangeAnswer, LineAnswer, ResendAnswer } from '../../shared/contracts/api.ts';
import type { LineEvent, LineEventDetail, LineEventType } from '../../shared/domain/line-events.ts';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface SentEmail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly sentAt: string;
  readonly tags: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** An event of the product, as it is on the bus. */
export type PublishedEvent = {
  readonly [Type in LineEventType]: {
    readonly id: string;
    readonly at: string;
    readonly source: string;
    readonly 'detail-type': Type;
    readonly detail: LineEventDetail<Type>;
  };
}[LineEventType];

interface RequestOptions {
  readonly method?: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}

/** The events as the product's own code has them. */
export const eventsIn = (published: readonly PublishedEvent[]): readonly LineEvent[] =>
  published.map(({ 'detail-type': type, detail }) => ({ type, detail }) as LineEvent);

/** The service as its callers see it: the API, over HTTP. */
export function apiClient(url: string) {
  async function request<Body = Record<string, unknown>>(
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const { method = 'GET', token, json, body, headers } = options;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body,
    };
  }

  async function ok<Body>(path: string, options?: RequestOptions): Promise<Body> {
    const { status, body } = await request<Body>(path, options);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  const linePath = (orderId: string, lineId: string) => `/orders/${orderId}/lines/${lineId}`;

  return {
    request,
    ok,
    linePath,
    line: (token: string, orderId: string, lineId = '1') =>
      request<LineAnswer>(linePath(orderId, lineId), { token }),
    history: async (token: string, orderId: string, lineId = '1') =>
      (await ok<{ items: Record<string, string>[] }>(`${linePath(orderId, lineId)}/history`, { token }))
        .items,
    resend: (token: string, orderId: string, lineId = '1', headers: Record<string, string> = {}) =>
      request<ResendAnswer & Record<string, unknown>>(`${linePath(orderId, lineId)}/resend`, {
        method: 'POST',
        token,
        headers,
      }),
    changeContact: (
      token: string,
      orderId: string,
      lineId: string,
      json: unknown,
      headers: Record<string, string> = {},
    ) =>
      request<ContactChangeAnswer & Record<string, unknown>>(
        `${linePath(orderId, lineId)}/provisioning-contact`,
        {
          method: 'PUT',
          token,
          headers,
          json,
        },
      ),
  };
}

/** The service on one machine: the API and the local controls. */
export function client(url: string) {
  const api = apiClient(url);
  const { ok, request } = api;
  const idle = () => ok('/_local/idle');

  return {
    ...api,
    idle,
    token: async (claims: {
      partnerId?: string;
      roles: string[];
      email?: string;
      emailVerified?: boolean;
      name?: string;
      expiresIn?: number;
    }) =>
      (await ok<{ access_token: string }>('/_local/token', { method: 'POST', json: claims })).access_token,
    /** Puts events on the bus and waits until all that they lead to is done. */
    send: async (...events: BusEvent[]) => {
      await ok('/_local/events', { method: 'POST', json: events });
      await idle();
    },
    now: async () => (await ok<{ now: string }>('/_local/clock')).now,
    advance: async (duration: string) =>
      (await ok<{ now: string }>('/_local/clock', { method: 'POST', json: { advance: duration } })).now,
    emails: async (to?: string) =>
      (
        await ok<{ items: SentEmail[] }>(
          `/_local/emails${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`,
        )
      ).items,
    /** What the product put on its bus, of an order or of all. */
    published: async (orderId?: string) =>
      (
        await ok<{ items: PublishedEvent[] }>(
          `/_local/published-events${orderId === undefined ? '' : `?orderId=${orderId}`}`,
        )
      ).items,
    deadLetters: async () =>
      (await ok<{ items: { event: BusEvent; reason: string; at: string }[] }>('/_local/dead-letters')).items,
    executions: async (orderId: string, lineId = '1') =>
      (
        await ok<{
          items: {
            name: string;
            status: string;
            startedAt: string;
            stoppedAt?: string;
            currentState?: string;
          }[];
        }>(`/_local/executions?orderId=${orderId}&lineId=${lineId}`)
      ).items,
    fault: (json: {
      service: string;
      operation: string;
      times: number;
      when: 'before' | 'after';
      error?: string;
    }) => ok('/_local/faults', { method: 'POST', json }),
    clearFaults: () => request('/_local/faults', { method: 'DELETE' }),
  };
}

export type Client = ReturnType<typeof client>;
