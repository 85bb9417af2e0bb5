import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';

type Answer = (response: ServerResponse) => void;

/**
 * A mail service that answers as told, the last answer again and again; what it took is counted.
 * @param answering milliseconds that its client waits; longer than any machine takes, unless a test waits for it
 */
async function mailService(answers: readonly Answer[], answering = 60_000) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const answer = answers[Math.min(requests, answers.length - 1)];
      requests += 1;
      answer?.(response);
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = sesClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    ...timeLimits({ connecting: 5000, answering }),
  });
  return { client, send: () => mail(client, 'set').send(email), requests: () => requests };
}

/** The pauses between tries are of a random length: here the shortest. */
const { random } = Math;
beforeEach(() => {
  Math.random = () => 0;
});

const servers: Server[] = [];
afterEach(() => {
  Math.random = random;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const email = {
  from: { name: 'Provisioning', address: 'provisioning@example.com' },
  to: 'it@example.com',
  subject: 'Set up',
  html: '<p>Set up</p>',
  text: 'Set up',
  tags: {},
};

const accepted = (response: ServerResponse) =>
  response.end(
    '<SendEmailResponse><SendEmailResult><MessageId>message-1</MessageId></SendEmailResult></SendEmailResponse>',
  );
const refused =
  (code: string, status: number, message = '') =>
  (response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );

it('tells the id of an email that was accepted', async () => {
  const { send } = await mailService([accepted]);
  expect(await send()).toEqual({ outcome: 'accepted', messageId: 'message-1' });
});

it.each([
  ['MessageRejected', 400],
  ['AccountSendingPausedException', 400],
  ['ConfigurationSetDoesNotExist', 400],
  ['InvalidParameterValue', 400],
  ['AccessDenied', 403],
])(
  'calls an email refused that the mail service refuses as %s, and does not repeat it',
  async (code, status) => {
    const { send, requests } = await mailService([refused(code, status)]);
    expect(await send()).toMatchObject({ outcome: 'refused' });
    expect(requests()).toBe(1);
  },
);

it('repeats what was refused for its rate, and gives up at last', async () => {
  const throttled = refused('Throttling', 400);
  const soon = await mailService([...Array.from({ length: 6 }, () => throttled), accepted]);
  const never = await mailService([throttled]);
  expect(await Promise.all([soon.send(), never.send()])).toEqual([
    { outcome: 'accepted', messageId: 'message-1', wasThrottled: true },
    { outcome: 'throttled', by: 'rate', reason: 'Throttling' },
  ]);
  expect(never.requests()).toBe(7);
});

it('tells at once when the emails of the day are used up', async () => {
  const { send, requests } = await mailService([refused('Throttling', 400, 'Daily message quota exceeded.')]);
  expect(await send()).toMatchObject({ outcome: 'throttled', by: 'day' });
  expect(requests()).toBe(1);
});

it.each<[string, Answer]>([
  ['drops the connection', (response) => response.destroy()],
  ['never answers', () => undefined],
  ['begins an answer and does not end it', (response) => response.write('<SendEmailResponse>')],
  ['fails inside', refused('InternalFailure', 500)],
  ['is not available', refused('ServiceUnavailable', 503)],
  ['answers with no id', (response) => response.end('<SendEmailResponse></SendEmailResponse>')],
  ['answers something else', (response) => response.end('thank you')],
])(
  'does not know what came of an email if the mail service took it and %s; it is not repeated',
  async (_, answer) => {
    const { send, requests } = await mailService([answer], 500);
    expect(await send()).toMatchObject({ outcome: 'unknown' });
    expect(requests()).toBe(1);
  },
);

it.each(['ECONNREFUSED', 'ENOTFOUND'])(
  'knows that nothing left if there is no connection: %s',
  async (code) => {
    const { client, send, requests } = await mailService([accepted]);
    client.middlewareStack.add(
      () => () => Promise.reject(Object.assign(new Error('no connection'), { code })),
      {
        step: 'deserialize',
      },
    );
    expect(await send()).toMatchObject({ outcome: 'refused' });
    expect(requests()).toBe(0);
  },
);

it('waits no longer than it may for an answer that never ends, or a repeat that is never answered', async () => {
  const endless = (response: ServerResponse) => {
    const writing = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(writing));
  };
  for (const answers of [[endless], [refused('Throttling', 400), endless]]) {
    const { client } = await mailService(answers);
    expect(await mail(client, 'set', 500).send(email)).toMatchObject({ outcome: 'unknown' });
  }
});
