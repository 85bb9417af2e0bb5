import { type Client, client } from './client.ts';
import { partner } from './events.ts';
import { type Service, startService } from './service.ts';

/** A service that runs, and what calls it. */
export interface Running {
  readonly service: Service;
  readonly api: Client;
  /** Of somebody of the partner. */
  readonly token: string;
}

/** Starts a service, and gives a token for it to somebody of the partner: by default to who may resend. */
export async function startRunning(
  options: Parameters<typeof startService>[0] = {},
  claims: Partial<Parameters<Client['token']>[0]> = {},
): Promise<Running> {
  const service = await startService(options);
  const api = client(service.url);
  return { service, api, token: await api.token({ partnerId: partner, roles: ['resend'], ...claims }) };
}
