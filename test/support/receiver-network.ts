import { Resolver } from 'node:dns/promises';
import { type LookupFunction, Socket } from 'node:net';

/*
 * A piece of the internet for a deployed function, which imports this before its own code: a name, the public address
 * that it leads to, and the port of this machine that answers there. All that the function checks of names and addresses
 * it checks as ever; what it wants of other hosts goes where it always does.
 */

/** What the variable of this name tells, as JSON. */
export interface ReceiverNetwork {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}
export const networkVariable = 'RECEIVER_NETWORK';

const text = process.env[networkVariable];
if (text !== undefined) lead(JSON.parse(text) as ReceiverNetwork);

function lead({ host, address, port }: ReceiverNetwork): void {
  const resolver = Resolver.prototype;
  const { resolve4, resolve6 } = resolver;
  const answering =
    (ask: (this: Resolver, name: string) => Promise<string[]>, addresses: string[]) =>
    (name: string): Promise<string[]> =>
      name === host ? Promise.resolve(addresses) : ask.call(new Resolver({ timeout: 1500, tries: 2 }), name);
  Object.assign(resolver, { resolve4: answering(resolve4, [address]), resolve6: answering(resolve6, []) });

  type Connect = (this: Socket, ...args: unknown[]) => Socket;
  const connect = Reflect.get(Socket.prototype, 'connect') as Connect;
  Socket.prototype.connect = function (this: Socket, ...[options, ...more]: unknown[]) {
    return connect.call(
      this,
      isThere(options) ? { ...options, port, lookup: home(options.lookup) } : options,
      ...more,
    );
  };

  const isThere = (options: unknown): options is { readonly lookup: LookupFunction } =>
    typeof options === 'object' &&
    options !== null &&
    'lookup' in options &&
    typeof options.lookup === 'function' &&
    'host' in options &&
    options.host === host;

  /** Whoever looks for that address, and for no other, finds this machine. */
  function home(lookup: LookupFunction): LookupFunction {
    const here = (found: string) => (found === address ? '127.0.0.1' : found);
    return (name, options, callback) =>
      lookup(name, options, (error, found, family) => {
        if (typeof found === 'string') callback(error, here(found), family);
        else
          callback(
            error,
            found.map((one) => ({ ...one, address: here(one.address) })),
          );
      });
  }
}
