/** HTTPS of both gateways, and the certificates for a first try. */
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import { GATEWAYS, useGateways } from './gateways.ts';
import type { Gateway } from './start-nginx.ts';
import { START_GATEWAY } from './start-nginx.ts';
import type { Upstream } from './upstream.ts';
import { startUpstream, stop } from './upstream.ts';

const start = useGateways();
const dir = mkdtempSync(join(tmpdir(), 'medisupply-tls-'));
const files = { TLS_CERT_FILE: join(dir, 'cert.pem'), TLS_KEY_FILE: join(dir, 'key.pem') };
let upstream: Upstream;

const selfSigned = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/tls.ts', 'self-signed', ...args], { cwd: ROOT, encoding: 'utf8' });

beforeAll(async () => {
  upstream = await startUpstream();
  selfSigned('--dir', dir, '--host', 'reparto.example');
});

beforeEach(() => void (upstream.seen.length = 0));

afterAll(async () => {
  await stop(upstream.server);
  rmSync(dir, { recursive: true });
});

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  certificate: PeerCertificate;
}

interface Asked {
  host?: string;
  method?: string;
}

/** By a client that trusts the authority which was made, and nobody else. */
const ask = (port: number, path: string, { host = 'reparto.example', method = 'GET' }: Asked = {}) =>
  new Promise<Answer>((resolve, reject) => {
    request(
      {
        host: '127.0.0.1',
        servername: host,
        port,
        path,
        method,
        headers: { Host: `${host}:${port}`, Accept: 'text/html' },
        ca: readFileSync(join(dir, 'ca.pem')),
        agent: false,
      },
      (answer: IncomingMessage) => {
        const certificate = (answer.socket as TLSSocket).getPeerCertificate();
        readAll(answer).then(
          (body) => resolve({ status: answer.statusCode, headers: answer.headers, body, certificate }),
          reject,
        );
      },
    )
      .once('error', reject)
      .end();
  });

/** What a client gets that comes in the clear. */
const askPlain = (port: number, path: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<{ status: number | undefined; location: string | undefined }>((resolve, reject) => {
    plainRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, location: answer.headers.location });
    })
      .once('error', reject)
      .end();
  });

describe.each(GATEWAYS)('%s', (kind) => {
  let door: Gateway;

  beforeAll(async () => {
    door = await start(kind, { LOGISTICA_URL: upstream.url, ...files });
  });

  test('when a page is asked for by HTTPS, then it comes, and browsers are told to stay with HTTPS', async () => {
    const { status, headers, body } = await ask(door.port, '/');
    expect([status, headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    expect(body).toContain('MediSupply');
  });

  test('when the API is asked by HTTPS, then the service knows that, and the answer says it once', async () => {
    const { status, headers } = await ask(door.port, '/api/v1/logistica/entregas', { method: 'POST' });
    expect([status, headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    expect(upstream.seen[0]?.headers['x-forwarded-proto']).toBe('https');
  });

  test('when it is this very machine, then browsers keep their other pages of it in the clear', async () => {
    const { status, headers } = await ask(door.port, '/', { host: 'localhost' });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  test.each(['GET', 'POST'])(
    'when %s comes in the clear, then it is sent to HTTPS and nowhere else',
    async (method) => {
      const path = '/api/v1/logistica/entregas?limite=1';
      const host = `reparto.example:${door.port}`;
      expect(await askPlain(door.port, path, { Host: host }, method)).toEqual({
        status: 308,
        location: `https://${host}${path}`,
      });
      expect(upstream.seen).toEqual([]);
    },
  );

  test('when the host of a request in the clear is none, then it is refused', async () => {
    const answer = await askPlain(door.port, '/', { Host: 'reparto.example/otro' });
    expect(answer).toEqual({ status: 400, location: undefined });
  });

  test('when many clients say nothing, then others are served', async () => {
    const silent = Array.from({ length: 50 }, () => connect(door.port, '127.0.0.1'));
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await ask(door.port, '/')).status).toBe(200);
    for (const socket of silent) socket.destroy();
  });
});

test('when the process is asked after its health in the clear, then it answers: the launcher does', async () => {
  const door = await start('front door', files);
  expect(await askPlain(door.port, '/livez', {})).toMatchObject({ status: 200 });
  expect(await askPlain(door.port, '/livez?x=1', {})).toMatchObject({ status: 308 });
});

test("when a service's own port is asked, then Nginx speaks HTTPS there as well", async () => {
  const nginx = await start('Nginx', { LOGISTICA_URL: upstream.url, ...files });
  expect((await ask(nginx.servicePorts['logistica'] ?? 0, '/tareas')).status).toBe(200);
});

test('when the certificate is renewed, then the front door takes it without a restart', async () => {
  const renewed = mkdtempSync(join(tmpdir(), 'medisupply-tls-'));
  const own = { TLS_CERT_FILE: join(renewed, 'cert.pem'), TLS_KEY_FILE: join(renewed, 'key.pem') };
  copyFileSync(files.TLS_CERT_FILE, own.TLS_CERT_FILE);
  copyFileSync(files.TLS_KEY_FILE, own.TLS_KEY_FILE);
  const door = await start('front door', own);
  const { certificate } = await ask(door.port, '/livez');
  selfSigned('--dir', dir, '--reemplazar', '--host', 'reparto.example');
  copyFileSync(files.TLS_CERT_FILE, own.TLS_CERT_FILE);
  copyFileSync(files.TLS_KEY_FILE, own.TLS_KEY_FILE);
  const serial = async () =>
    (await ask(door.port, '/livez').catch(() => undefined))?.certificate.serialNumber;
  await expect.poll(serial).toBe(new X509Certificate(readFileSync(files.TLS_CERT_FILE)).serialNumber);
  expect(await serial()).not.toBe(certificate.serialNumber);
  rmSync(renewed, { recursive: true });
}, 25_000);

describe('when the files are not what they should be, then the start names the key', () => {
  const other = mkdtempSync(join(tmpdir(), 'medisupply-tls-'));
  const otherKey = join(other, 'key.pem');

  beforeAll(() => {
    selfSigned('--dir', other);
    writeFileSync(join(other, 'nada.pem'), 'nada\n');
  });
  afterAll(() => rmSync(other, { recursive: true }));

  test.each([
    ['one of the two is missing', { TLS_CERT_FILE: files.TLS_CERT_FILE }, 'TLS_KEY_FILE: falta'],
    ['one is not there', { ...files, TLS_KEY_FILE: join(dir, 'no.pem') }, 'TLS_KEY_FILE: no se puede leer'],
    ['one is something else', { ...files, TLS_CERT_FILE: join(other, 'nada.pem') }, 'TLS_CERT_FILE: '],
    ['they do not belong together', { ...files, TLS_KEY_FILE: otherKey }, 'TLS_KEY_FILE: la clave de'],
  ])('%s', async (_name, env, message) => {
    await expect(start('front door', env)).rejects.toThrow(message);
  });

  test('Nginx, when one is missing', () => {
    const { status, stderr } = spawnSync(START_GATEWAY, {
      env: { PATH: process.env['PATH'], RUN_DIR: join(other, 'run'), TLS_CERT_FILE: files.TLS_CERT_FILE },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('TLS_KEY_FILE: falta')]);
  });
});

test('when certificates were made, then the key is not for everybody, and they are not made again by accident', () => {
  expect(statSync(files.TLS_KEY_FILE).mode & 0o777).toBe(0o640);
  const again = selfSigned('--dir', dir);
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('--reemplazar')]);
  const replaced = selfSigned('--dir', dir, '--reemplazar');
  expect([replaced.status, replaced.stdout]).toEqual([
    0,
    expect.stringContaining(`TLS_CERT_FILE=${files.TLS_CERT_FILE}\n`),
  ]);
  const bad = selfSigned('--dir', dir, '--reemplazar', '--host', 'no es un nombre');
  expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining('no es un nombre ni una dirección')]);
});
