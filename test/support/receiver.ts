import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { emulatorPackages } from './emulator.ts';
import { pythonPackages } from './python.ts';
import { networkVariable, type ReceiverNetwork } from './receiver-network.ts';
import { temporaryFolder } from './service.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A system of a partner that takes webhooks over HTTPS, on this machine. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The variables by which a deployed function finds it by its name, and trusts its certificate. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const host = 'hooks.partner.example';
/** Any address of the public internet: nothing is sent there. */
const address = '8.8.8.8';

const makeCertificate = `
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
host, folder = sys.argv[1:]
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, hashes.SHA256()))
with open(folder + '/certificate.pem', 'wb') as file:
    file.write(certificate.public_bytes(serialization.Encoding.PEM))
with open(folder + '/key.pem', 'wb') as file:
    file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
`;

export async function startReceiver(): Promise<Receiver> {
  const folder = await temporaryFolder();
  const python = join(await pythonPackages(emulatorPackages, 'a certificate is made with it.'), 'python');
  await promisify(execFile)(python, ['-c', makeCertificate, host, folder]);
  const certificate = join(folder, 'certificate.pem');
  const received: Received[] = [];
  const server = createServer(
    { cert: await readFile(certificate), key: await readFile(join(folder, 'key.pem')) },
    (request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the receiver has no port');
  const network: ReceiverNetwork = { host, address, port: at.port };
  return {
    url: `https://${host}/provisioning`,
    received,
    variables: {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'receiver-network.ts')}`,
      NODE_EXTRA_CA_CERTS: certificate,
      [networkVariable]: JSON.stringify(network),
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
