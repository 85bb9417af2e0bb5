import type { Server } from 'node:http';

/** A part of the runtime that listens on a port of the loopback. */
export interface Started {
  readonly url: string;
  /** Ends it; what it is in the middle of is not answered. */
  stop(): Promise<void>;
}

/** Where a server listens. */
export function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('a server of the runtime listens nowhere');
  return `http://127.0.0.1:${address.port}`;
}

/** Ends a server and its connections. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
