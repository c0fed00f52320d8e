import { createHmac, generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, CONTRASENA, grantRoles, startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

let autorizador: Autorizador;
let admin: string;

beforeAll(async () => {
  autorizador = await startAutorizador();
  admin = await autorizador.adminToken();
});

afterAll(() => autorizador.close());

const usuarios = (headers: Record<string, string | string[]>) =>
  autorizador.call('GET', '/usuarios', undefined, headers);

test('when the token is good, then 200 (the refusals below are for their reason only)', async () => {
  expect((await usuarios(bearer(admin))).status).toBe(200);
});

const attacks: [string, () => Record<string, string | string[]>][] = [
  ['nothing', () => ({})],
  ['an empty header', () => ({ authorization: '' })],
  ['an empty bearer', () => ({ authorization: 'Bearer ' })],
  ['the token without Bearer', () => ({ authorization: admin })],
  ['another scheme', () => ({ authorization: `Basic ${admin}` })],
  ['two tokens in one header', () => ({ authorization: `Bearer ${admin}, Bearer ${admin}` })],
  ['two headers', () => ({ authorization: [`Bearer ${admin}`, `Bearer ${admin}`] })],
  ['two spaces', () => ({ authorization: `Bearer  ${admin}` })],
  ['alg none', () => bearer(`${reheaded({ alg: 'none' }).split('.').slice(0, 2).join('.')}.`)],
  ['HS256 with the public key', () => bearer(hs256())],
  ['RS256 with a key of its own', () => bearer(rs256())],
  ['a kid that is a path', () => bearer(reheaded({ kid: '../../../dev/null' }))],
  ['jku', () => bearer(reheaded({ jku: 'https://evil.example/jwks.json' }))],
  ['roles raised in the claims', () => bearer(withClaims({ roles: ['Admin', 'System'] }))],
  ['no exp', () => bearer(ours({ exp: undefined }))],
  ['exp in the past', () => bearer(ours({ iat: seconds() - 2000, exp: seconds() - 1100 }))],
  ['nbf in the future', () => bearer(ours({ nbf: seconds() + 600 }))],
  ['another issuer', () => bearer(ours({ iss: 'evil' }))],
  ['another audience', () => bearer(ours({ aud: 'evil' }))],
  ['9 KB', () => bearer(ours({ relleno: 'x'.repeat(9 * 1024) }))],
  [
    'a service key that is wrong beside a good token',
    () => ({ ...bearer(admin), 'i-api-key': 'cualquiera' }),
  ],
  ['an empty service key beside a good token', () => ({ ...bearer(admin), 'i-api-key': '' })],
  [
    'two service keys',
    () => ({
      'i-api-key': [autorizador.secret('operator/service_key'), autorizador.secret('operator/service_key')],
    }),
  ],
];

test.each(attacks)(
  'when the caller shows %s, then 401 problem+json with WWW-Authenticate',
  async (_what, headers) => {
    const answer = await usuarios(headers());
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(answer.headers['content-type']).toContain('application/problem+json');
  },
);

test('when a hand-made token of ours changes nothing, then it is taken', async () => {
  expect((await usuarios(bearer(ours({})))).status).toBe(200);
});

test('when a service key is good but the operation is for people, then 403', async () => {
  expect((await usuarios({ 'i-api-key': autorizador.secret('operator/service_key') })).status).toBe(403);
});

test('when a role was taken away past the token, then the old role ends with the token version', async () => {
  const { id, nombre } = await autorizador.newUsuario();
  await grantRoles(autorizador, id, ['Admin']);
  const { token } = (await autorizador.login(nombre)).body;
  expect((await usuarios(bearer(token))).status).toBe(200);
  await autorizador.call('PATCH', `/usuarios/${id}`, { roles: ['usuario'] }, bearer(admin));
  expect((await usuarios(bearer(token))).status).toBe(401);
  expect((await usuarios(bearer((await autorizador.login(nombre)).body.token))).status).toBe(403);
});

test.each(['PUT', 'DELETE', 'PATCH'])('when the verb is %s, then 405 with Allow', async (method) => {
  const { status, headers } = await autorizador.call(method, '/usuarios', {}, bearer(admin));
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST']);
});

test('when the verb is overridden by a header or a query, then the real one counts', async () => {
  const { id } = await autorizador.newUsuario();
  const headers = { ...bearer(admin), 'x-http-method-override': 'PATCH', 'x-method-override': 'PATCH' };
  expect(
    (await autorizador.call('POST', `/usuarios/${id}?_method=PATCH`, { activo: false }, headers)).status,
  ).toBe(405);
});

test.each(['TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 'TRACE /login HTTP/1.1\r\nHost: x\r\n\r\n'])(
  'when TRACE is tried, then it echoes nothing',
  async (raw) => {
    const answer = await exchange(raw.replace('Host: x', 'Host: x\r\nConnection: close\r\nX-Secret: eco'));
    expect(answer).toMatch(/^HTTP\/1\.1 40[45] /);
    expect(answer).not.toContain('eco');
  },
);

test.each([
  [
    'Content-Length and Transfer-Encoding',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['two Content-Length', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
  ['a folded header', 'X-A: a\r\n b: c\r\nContent-Length: 0\r\n\r\n'],
])('when a request is smuggled with %s, then 400', async (_what, rest) => {
  expect(await exchange(`POST /login HTTP/1.1\r\nHost: x\r\n${rest}`)).toMatch(/^HTTP\/1\.1 400 /);
});

test('when a page of the documentation or health is asked for without a token, then it is open', async () => {
  for (const path of ['/health', '/livez', '/readyz', '/openapi.json', '/docs/', '/.well-known/jwks.json']) {
    expect((await autorizador.call('GET', path)).status).toBe(200);
  }
});

test('when answers leave, then they carry the security headers and no X-Powered-By', async () => {
  const { headers } = await autorizador.call('POST', '/login', { nombre: 'nadie', contrasena: CONTRASENA });
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'content-security-policy': expect.any(String),
  });
  expect(headers['x-powered-by']).toBeUndefined();
});

const seconds = () => Math.floor(Date.now() / 1000);
const decoded = (part: number) =>
  JSON.parse(Buffer.from(admin.split('.')[part] ?? '', 'base64url').toString());
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The administrator's token with other header members; its signature no longer fits. */
function reheaded(members: Record<string, unknown>): string {
  const [, claims, signature] = admin.split('.');
  return [encoded({ ...decoded(0), ...members }), claims, signature].join('.');
}

function withClaims(claims: Record<string, unknown>): string {
  const [header, , signature] = admin.split('.');
  return [header, encoded({ ...decoded(1), ...claims }), signature].join('.');
}

/** A token with other claims, signed with the real key. */
function ours(claims: Record<string, unknown>): string {
  const tokenKey = autorizador.container.claves.tokenKey();
  const all = Object.fromEntries(
    Object.entries({ ...decoded(1), ...claims }).filter(([, value]) => value !== undefined),
  );
  return jwt.sign(all, tokenKey.privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'at+jwt', kid: tokenKey.kid },
  });
}

function hs256(): string {
  const key = autorizador.container.keySet.findTokenKey(autorizador.container.claves.tokenKey().kid);
  const input = `${encoded({ ...decoded(0), alg: 'HS256' })}.${admin.split('.')[1]}`;
  const pem = key?.export({ type: 'spki', format: 'pem' }) ?? '';
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

function rs256(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return jwt.sign(decoded(1), privateKey, { algorithm: 'RS256', header: { ...decoded(0), alg: 'RS256' } });
}

/** Sends bytes as they are and returns what comes until the server closes or has answered. */
function exchange(raw: string): Promise<string> {
  const { port } = new URL(autorizador.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(raw));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.includes('\r\n\r\n')) socket.end();
    });
    socket.once('close', () => resolve(received));
    socket.once('error', reject);
  });
}
