import { rm } from 'node:fs/promises';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { startSignIn } from '../../infra/local/sign-in.ts';
import { openStorage, type Storage } from '../../infra/local/storage.ts';
import { readAssets } from '../../functions/serve-console/assets.ts';
import { temporaryFolder } from '../support/service.ts';

let folder: string;
let storage: Storage;
beforeEach(async () => {
  folder = await temporaryFolder();
  storage = await openStorage(folder, { reset: false });
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

const start = () => startSignIn(storage, 'http://localhost:1', readAssets());
const operator = { roles: ['operator' as const], expiresIn: 60 };

test('tokens outlive a restart', async () => {
  const token = await (await start()).issueToken(operator);
  expect(await (await start()).verify(token)).toMatchObject({ roles: ['operator'] });
});

test('a folder whose key is of another kind goes on with it', async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'older', alg: 'RS256', use: 'sig' };
  await storage.part('sign-in').put('keys', { privateKey: key });
  const signIn = await start();
  const token = await signIn.issueToken(operator);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: 'older' });
  expect(await signIn.verify(token)).toMatchObject({ roles: ['operator'] });
});
