import { generateKeyPair, exportJWK } from 'jose';
import { scenarios } from '../scenarios/scenarios.ts';
import { client } from '../support/client.ts';
import { issueToken } from '../support/issuer.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
afterAll(() => service.stop());

scenarios(async () => {
  service = await startService();
  const api = client(service.url);
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const somebody = { url: `${service.url}/_local/sign-in`, privateKey: await exportJWK(privateKey) };
  const claimsOf = ({ partnerId, roles }: { partnerId?: string; roles: string[] }) => ({
    partner_id: partnerId,
    roles,
  });
  return {
    api,
    shortWindow: 'P7D',
    token: api.token,
    expiredToken: (claims) => api.token({ ...claims, expiresIn: -1 }),
    forgedToken: (claims) => issueToken(somebody, claimsOf(claims)),
    foreignToken: (claims) => issueToken({ ...somebody, url: 'https://elsewhere.example' }, claimsOf(claims)),
    send: api.send,
    settled: api.idle,
    emails: api.emails,
    deadLetters: api.deadLetters,
    executions: api.executions,
    now: api.now,
    reach: async (instant) => {
      const ahead = Date.parse(instant) - Date.parse(await api.now());
      if (ahead > 0) await api.advance(`PT${Math.ceil(ahead / 1000)}S`);
    },
  };
});
