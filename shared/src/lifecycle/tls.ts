import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { ConfigError } from '../config/load-config.ts';

/** PEM files: the certificate with what it is signed by behind it, and its private key without a passphrase. */
export interface TlsFiles {
  certificate: string;
  key: string;
}

/** A client that has said nothing yet gets so long; one that is sent to HTTPS keeps its connection no longer (ms). */
const FIRST_BYTE_MS = 10_000;
const PLAIN_CONNECTION_MS = 60_000;
const LOOK_FOR_RENEWAL_MS = 2_000;
/** The first byte of a TLS connection says "handshake"; no HTTP request begins with it. */
const HANDSHAKE = 0x16;
const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i;
/** What asks whether the process lives, on this machine and in its network; it carries no secret. */
const HEALTH = /^\/(livez|readyz|health)$/;

/**
 * What `TLS_CERT_FILE` and `TLS_KEY_FILE` ask for: nothing when both are absent, or are no files but the device that an
 * absent one is in a container.
 * @throws ConfigError when one of them is missing, cannot be read, or does not belong to the other.
 */
export function tlsFiles(config: {
  TLS_CERT_FILE?: string | undefined;
  TLS_KEY_FILE?: string | undefined;
}): TlsFiles | undefined {
  const certificate = given(config.TLS_CERT_FILE);
  const key = given(config.TLS_KEY_FILE);
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const missing = key === undefined ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE';
    throw new ConfigError([
      `${missing}: falta; TLS necesita el certificado y su clave. \`npm run tls -- self-signed\` hace los dos`,
    ]);
  }
  const files = { certificate, key };
  readTls(files);
  return files;
}

const isDevice = (path: string): boolean => {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    return false;
  }
};

const given = (path: string | undefined): string | undefined =>
  path === undefined || path === '' || isDevice(path) ? undefined : path;

function readTls({ certificate, key }: TlsFiles): { cert: string; key: string } {
  const cert = read('TLS_CERT_FILE', certificate);
  const pem = read('TLS_KEY_FILE', key);
  const parsed = parse('TLS_CERT_FILE', certificate, () => new X509Certificate(cert));
  const privateKey = parse('TLS_KEY_FILE', key, (): KeyObject => createPrivateKey(pem));
  if (!parsed.checkPrivateKey(privateKey))
    throw new ConfigError([`TLS_KEY_FILE: la clave de ${key} no es la del certificado de ${certificate}`]);
  if (parsed.validToDate.getTime() <= Date.now())
    throw new ConfigError([
      `TLS_CERT_FILE: el certificado de ${certificate} terminó el ${parsed.validToDate.toISOString()}; renuévelo`,
    ]);
  return { cert, key: pem };
}

function read(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${variable}: no se puede leer ${path} (${code})`]);
  }
}

function parse<T>(variable: string, path: string, make: () => T): T {
  try {
    return make();
  } catch {
    throw new ConfigError([`${variable}: ${path} no contiene lo que debe, en formato PEM y sin contraseña`]);
  }
}

/**
 * A server that speaks TLS, and takes a renewed certificate from the same files without a restart. On the same port a
 * request in the clear is sent to its own address under https, but for the questions after health.
 * @throws ConfigError
 */
export function createSecureServer(
  options: ServerOptions,
  app: RequestListener,
  files: TlsFiles,
): SecureServer {
  const server = createServer(
    { ...options, ...readTls(files), minVersion: 'TLSv1.2', handshakeTimeout: FIRST_BYTE_MS },
    app,
  );
  const plain = createPlainServer(options, (request, response) => {
    if (HEALTH.test(request.url ?? '')) app(request, response);
    else sendToHttps(request, response);
  });
  byFirstByte(server, plain);

  const renew = () => {
    try {
      server.setSecureContext(readTls(files));
    } catch {
      // Half written: the other half is a change of its own.
    }
  };
  for (const path of Object.values(files))
    watchFile(path, { interval: LOOK_FOR_RENEWAL_MS, persistent: false }, renew);
  server.once('close', () => Object.values(files).forEach((path) => unwatchFile(path, renew)));
  return server;
}

/** Both servers on one port: the connections are the secure one's to accept, and what they begin with decides. */
function byFirstByte(secure: SecureServer, plain: Server): void {
  const takeSecure = secure.listeners('connection');
  secure.removeAllListeners('connection');
  secure.on('connection', (socket: Socket) => {
    const silent = setTimeout(() => socket.destroy(), FIRST_BYTE_MS);
    const onError = () => socket.destroy();
    socket.once('error', onError);
    socket.once('close', () => clearTimeout(silent));
    socket.once('readable', () => {
      clearTimeout(silent);
      const first = socket.read(1) as Buffer | null;
      if (first === null) return;
      socket.unshift(first);
      socket.off('error', onError);
      if (first[0] === HANDSHAKE) for (const take of takeSecure) take.call(secure, socket);
      else {
        const ended = setTimeout(() => socket.destroy(), PLAIN_CONNECTION_MS);
        socket.once('close', () => clearTimeout(ended));
        plain.emit('connection', socket);
      }
    });
  });
}

function sendToHttps(request: IncomingMessage, response: ServerResponse): void {
  const { host = '' } = request.headers;
  response.setHeader('Connection', 'close');
  if (!HOST.test(host)) response.writeHead(400).end();
  else response.writeHead(308, { Location: `https://${host}${pathOf(request)}` }).end();
}

/** Never more than a path: `//host` after the host would be another one's, and a target may be a whole address. */
const pathOf = ({ url = '/' }: IncomingMessage): string => (url.startsWith('/') ? url : '/');
