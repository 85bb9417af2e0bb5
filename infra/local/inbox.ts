import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { KeptEmail, Mailbox } from './mailbox.ts';
import { type Started, stopServer, urlOf } from './started.ts';

/** How many emails the page shows; all of them are kept. */
const shownOnPage = 200;

/**
 * Starts the inbox page on a free loopback port. Loading its library would take a third of the start-up time, so it
 * is loaded when someone first looks.
 */
export async function startInbox(mailbox: Mailbox): Promise<Started> {
  let page: Promise<Server> | undefined;
  const server = createServer((request, response) => {
    page ??= loadPage();
    void Promise.all([page, fill(mailbox)]).then(([loaded]) => loaded.emit('request', request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), stop: () => stopServer(server) };
}

/** The library's server, which answers requests and listens nowhere. */
async function loadPage(): Promise<Server> {
  const { default: ses } = await import('aws-ses-v2-local');
  const server = await ses.default({ host: '127.0.0.1', port: 0 });
  server.close();
  return server;
}

/** Puts the latest emails where the page looks for them. */
async function fill(mailbox: Mailbox): Promise<void> {
  const { getStoreReadonly } = await import('aws-ses-v2-local/dist/store.js');
  const emails = await mailbox.latest(shownOnPage);
  getStoreReadonly().emails.splice(0, Infinity, ...emails.map(asShown));
}

const asShown = ({ messageId, from, to, subject, html, text, sentAt }: KeptEmail) => ({
  messageId,
  from,
  replyTo: [],
  destination: { to: [to], cc: [], bcc: [] },
  subject,
  body: { html, text },
  attachments: [],
  at: Math.floor(Date.parse(sentAt) / 1000),
});
