import { once } from 'node:events';
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { readArguments, UserError } from '../command-line.ts';
import type { Runtime } from './runtime.ts';

const usage = `Starts the service on this machine.

  npm start -- [--port 3000] [--host 127.0.0.1] [--data .local] [--reset] [--no-seed]

  --port    where to listen; also PORT; 0 takes any free port
  --host    the address to listen on; only this machine reaches the default
  --data    the folder that everything is kept in
  --reset   empty that folder first
  --no-seed book no sample orders
`;

const options = z.object({
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a number from 0 to 65535'),
  host: z.string().min(1, 'must name an address'),
  data: z.string().min(1, 'must name a folder'),
  reset: z.boolean(),
  seed: z.boolean(),
});

function readOptions(): z.output<typeof options> & { help: boolean } {
  return readArguments(usage, () => {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT ?? '3000' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: '.local' },
        reset: { type: 'boolean', default: false },
        seed: { type: 'boolean', default: true },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    return { ...options.parse(values), help: values.help };
  });
}

async function main(): Promise<void> {
  const { port, host, data, reset, seed, help } = readOptions();
  if (help) {
    console.log(usage);
    return;
  }
  process.env.POWERTOOLS_LOG_LEVEL ??= 'WARN';
  const { gateway } = await import('./gateway.ts');
  const { startRuntime } = await import('./runtime.ts');

  const started: { runtime?: Runtime } = {};
  const server = gateway(() => started.runtime, host);
  const origin = await listen(server, port, host);
  const runtime = await startRuntime({ dataFolder: data, reset, seed, origin });
  started.runtime = runtime;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(server));
  console.log(greeting(origin, runtime));
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = isTaken ? `Port ${port} is taken.` : `Port ${port} of ${host} cannot be listened on.`;
    throw new UserError(`${reason} Name another with --port, or let any free one be taken with --port 0.`, {
      cause,
    });
  }
  const address = server.address();
  const actual = address === null || typeof address === 'string' ? port : address.port;
  return `http://${host === '127.0.0.1' ? 'localhost' : host}:${actual}`;
}

/** Lets current requests finish; a killed process would lose nothing either. */
function stop(server: Server): void {
  console.log('\nStopped. Everything is kept, and the next start continues from here.');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2000).unref();
}

const greeting = (origin: string, { clock }: Runtime): string => `
The service is running. Its clock says ${clock.now().toISOString()}.

  Console       ${origin}/console
  API           ${origin}
  API docs      ${origin}/docs
  Mail inbox    ${origin}/_local/inbox
  All emails    ${origin}/_local/inbox/previews
  Webhooks      ${origin}/_local/webhooks

Open the console and sign in as Maya Lindqvist first: an order desk with an email that came back, lines about to
close, and one that lapsed. Olivia Grant is an operator; Sato Ken (佐藤 健) works in Japanese. Or use the API:

  TOKEN=$(curl -s ${origin}/_local/token -d '{"partnerId":"northwind","roles":["resend"]}' | cut -d '"' -f 4)
  curl -s ${origin}/order-lines -H "Authorization: Bearer $TOKEN"
  curl -s -X POST ${origin}/orders/ORD-1001/lines/1/resend -H "Authorization: Bearer $TOKEN"

Press Ctrl-C to stop.
`;

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exit(1);
}
