import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFileAtomic } from '../../src/security/atomic-file.ts';
import { fetchJwks } from '../../src/security/fetch-jwks.ts';
import { parseJwks } from '../../src/security/jwks.ts';
import { createKeySet, fixedKeySet } from '../../src/security/key-set.ts';
import type { KeySet, KeySetOptions } from '../../src/security/key-set.ts';
import { collectingLogger, newKeys } from './keys.ts';

let folder: string;
let opened: { close(): unknown }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-keys-'));
  opened = [];
});

afterEach(() => {
  for (const item of opened) item.close();
  rmSync(folder, { recursive: true });
});

function keySetOf(options: Partial<KeySetOptions>): KeySet {
  const keySet = createKeySet({ logger: collectingLogger(), ...options });
  opened.push(keySet);
  return keySet;
}

function written(name: string, contents: unknown, ageSeconds = 0): string {
  const path = join(folder, name);
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  const time = Date.now() / 1000 - ageSeconds;
  utimesSync(path, time, time);
  return path;
}

test('when the document has keys for proofs, then they verify nothing: neither a delivery nor a token', () => {
  const { jwks, proofKey } = newKeys();
  expect(jwks.keys.map(({ kid }) => kid)).toContain(proofKey.kid);
  for (const keySet of [fixedKeySet(jwks.keys), fixedKeySet(parseJwks(jwks))])
    expect([keySet.findSignatureKey(proofKey.kid), keySet.findTokenKey(proofKey.kid)]).toEqual([
      undefined,
      undefined,
    ]);
});

test('when there is a set-up file, then its keys are known at once, each for its own purpose', () => {
  const { jwks, signatureKey, tokenKey } = newKeys();
  const keySet = keySetOf({ setupFile: written('jwks.json', jwks) });
  expect(keySet.isEmpty()).toBe(false);
  expect(keySet.findSignatureKey(signatureKey.kid)?.key.asymmetricKeyType).toBe('ed25519');
  expect(keySet.findTokenKey(tokenKey.kid)?.asymmetricKeyType).toBe('ec');
  expect(keySet.findTokenKey(signatureKey.kid)).toBeUndefined();
  expect(keySet.findSignatureKey(tokenKey.kid)).toBeUndefined();
});

test("when set-up's file is damaged, then that is logged, and autorizador is asked at once", async () => {
  const good = newKeys();
  const logger = collectingLogger();
  const keySet = keySetOf({
    setupFile: written('jwks.json', '{"keys":['),
    fetchJwks: () => Promise.resolve(good.jwks),
    logger,
  });
  expect(keySet.isEmpty()).toBe(true);
  expect(logger.lines).toHaveLength(1);
  await expect.poll(() => keySet.findSignatureKey(good.signatureKey.kid)).toBeDefined();
});

test('when nothing is on disk and autorizador is away, then the set is empty and stays usable', async () => {
  const keySet = keySetOf({
    fetchJwks: () => Promise.reject(new Error('down')),
  });
  expect(await keySet.refresh()).toBe(false);
  expect(keySet.isEmpty()).toBe(true);
});

test('when autorizador publishes another set, then it replaces the old one, and no file is written', async () => {
  const [before, after] = [newKeys(), newKeys()];
  const setupFile = written('jwks.json', before.jwks, 60);
  const keySet = keySetOf({
    setupFile,
    fetchJwks: () => Promise.resolve(after.jwks),
  });
  expect(await keySet.refresh()).toBe(true);
  expect(keySet.findSignatureKey(after.signatureKey.kid)).toBeDefined();
  expect(keySet.findSignatureKey(before.signatureKey.kid)).toBeUndefined();
  expect(readdirSync(folder)).toEqual(['jwks.json']);
  expect(JSON.parse(readFileSync(setupFile, 'utf8'))).toEqual(before.jwks);
});

test('when a refresh brings the same keys, then the key objects stay the same', async () => {
  const { jwks, tokenKey } = newKeys();
  const keySet = keySetOf({
    setupFile: written('jwks.json', jwks),
    fetchJwks: () => Promise.resolve(structuredClone(jwks)),
  });
  const before = keySet.findTokenKey(tokenKey.kid);
  await keySet.refresh();
  expect(keySet.findTokenKey(tokenKey.kid)).toBe(before);
});

const onlyTokens = newKeys().jwks.keys.filter((key) => key.alg === 'ES256');
const repeated = newKeys().jwks.keys;
test.each([
  ['text', '<html>'],
  ['null', null],
  ['an empty object', {}],
  ['an empty set', { keys: [] }],
  [
    'keys that are not ours only',
    { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB', kid: 'r', alg: 'RS256', use: 'sig' }] },
  ],
  ['tokens without signatures', { keys: onlyTokens }],
  ['a repeated kid', { keys: [...repeated, repeated[0]] }],
  ['a private key', { keys: newKeys().jwks.keys.map((key) => ({ ...key, d: key.x })) }],
  [
    'a point that is not on the curve',
    { keys: newKeys().jwks.keys.map((key) => ({ ...key, y: 'A'.repeat(43) })) },
  ],
])('when the answer is %s, then the good set stays', async (_what, answer) => {
  const { jwks, signatureKey } = newKeys();
  const keySet = keySetOf({
    setupFile: written('jwks.json', jwks),
    fetchJwks: () => Promise.resolve(answer),
  });
  expect(await keySet.refresh()).toBe(false);
  expect(keySet.findSignatureKey(signatureKey.kid)).toBeDefined();
});

test('when keys of an unknown kind come along, then they are passed over', async () => {
  const { jwks, tokenKey } = newKeys();
  const keys = [...jwks.keys, { kty: 'RSA', kid: 'r', alg: 'RS256', use: 'sig', n: 'x', e: 'AQAB' }];
  const keySet = keySetOf({ fetchJwks: () => Promise.resolve({ keys }) });
  expect(await keySet.refresh()).toBe(true);
  expect(keySet.findTokenKey(tokenKey.kid)).toBeDefined();
  expect(keySet.findTokenKey('r')).toBeUndefined();
});

test('when autorizador stays away, then one line is logged, and one when it is back', async () => {
  const logger = collectingLogger();
  let published: unknown;
  const keySet = keySetOf({ logger, fetchJwks: () => Promise.resolve(published) });
  for (let i = 0; i < 5; i++) await keySet.refresh();
  published = newKeys().jwks;
  await keySet.refresh();
  expect(logger.lines.map((line) => line.level)).toEqual(['warn', 'info']);
});

describe("set-up's file is replaced while the process runs", () => {
  test('when it holds other keys, then they count within seconds, and whoever holds connections open is told', async () => {
    const [before, after] = [newKeys(), newKeys()];
    let withdrawn = 0;
    const setupFile = written('jwks.json', before.jwks, 60);
    const keySet = keySetOf({ setupFile, onWithdrawn: () => withdrawn++ });
    writeFileAtomic(setupFile, JSON.stringify(after.jwks), 0o600);
    await expect.poll(() => keySet.findTokenKey(after.tokenKey.kid)).toBeDefined();
    expect(keySet.findTokenKey(before.tokenKey.kid)).toBeUndefined();
    expect(withdrawn).toBe(1);
  });

  test('when an unknown kid comes, then the file is looked at without waiting, and autorizador is not asked', async () => {
    const [before, after] = [newKeys(), newKeys()];
    let asked = 0;
    const setupFile = written('jwks.json', before.jwks, 60);
    const keySet = keySetOf({ setupFile, fetchJwks: () => Promise.resolve((asked++, before.jwks)) });
    writeFileAtomic(setupFile, JSON.stringify(after.jwks), 0o600);
    expect(await keySet.refreshForUnknownKid(after.tokenKey.kid)).toBe(true);
    expect(asked).toBe(0);
  });

  test('when it is damaged, then the good set stays', async () => {
    const { jwks, tokenKey } = newKeys();
    const logger = collectingLogger();
    const setupFile = written('jwks.json', jwks, 60);
    const keySet = keySetOf({ setupFile, logger });
    writeFileAtomic(setupFile, '{"keys":[', 0o600);
    await expect.poll(() => logger.lines.length).toBe(1);
    expect(keySet.findTokenKey(tokenKey.kid)).toBeDefined();
  });

  test('when a key was revoked once, then an older document does not bring it back', async () => {
    const { jwks, tokenKey, signatureKey } = newKeys();
    const revoked = { keys: jwks.keys.map((key) => ({ ...key, revoked: 1 })) };
    const keySet = keySetOf({
      setupFile: written('jwks.json', revoked),
      fetchJwks: () => Promise.resolve(jwks),
    });
    await keySet.refresh();
    expect(keySet.findTokenKey(tokenKey.kid)).toBeUndefined();
    expect(keySet.findSignatureKey(signatureKey.kid)?.revoked).toBe(1);
  });
});

describe('unknown kid', () => {
  test('when it was just published, then one refresh finds it', async () => {
    const [before, after] = [newKeys(), newKeys()];
    let published = before.jwks;
    const keySet = keySetOf({ fetchJwks: () => Promise.resolve(published) });
    await keySet.refresh();
    published = after.jwks;
    expect(await keySet.refreshForUnknownKid(after.tokenKey.kid)).toBe(true);
  });

  test('when unknown kids rain down, then autorizador is asked once per 10 s', async () => {
    let now = 1_000_000;
    let asked = 0;
    const { jwks } = newKeys();
    const keySet = keySetOf({
      now: () => now,
      fetchJwks: () => {
        asked++;
        return Promise.resolve(jwks);
      },
    });
    await keySet.refresh();
    asked = 0;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => keySet.refreshForUnknownKid(`kid-${i}`)),
    );
    expect(answers).not.toContain(true);
    expect(await keySet.refreshForUnknownKid('kid-x')).toBe(false);
    expect(asked).toBe(1);
    now += 10_000;
    await keySet.refreshForUnknownKid('kid-x');
    expect(asked).toBe(2);
  });
});

test('when no key at all is known, then autorizador is asked every second, for nobody can be answered', async () => {
  let now = 1_000_000;
  let asked = 0;
  const keySet = keySetOf({
    now: () => now,
    fetchJwks: () => {
      asked++;
      return Promise.reject(new Error('away'));
    },
  });
  await keySet.refresh();
  asked = 0;
  for (const step of [0, 999, 1]) {
    now += step;
    await keySet.refreshForUnknownKid('kid-x');
  }
  expect(asked).toBe(2);
});

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ close: () => server.close().closeAllConnections() });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/.well-known/jwks.json`;
}

describe('fetchJwks', () => {
  test('when the answer is 200 with JSON, then the document is returned', async () => {
    const { jwks } = newKeys();
    const url = await serving((_request, response) =>
      response.setHeader('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify(jwks)),
    );
    expect(await fetchJwks(url)).toEqual(jwks);
  });

  test.each<[string, RequestListener]>([
    ['200 with HTML', (_q, r) => r.setHeader('Content-Type', 'text/html').end('<html></html>')],
    ['truncated JSON', (_q, r) => r.setHeader('Content-Type', 'application/json').end('{"keys":[{')],
    [
      '2 MB',
      (_q, r) => r.setHeader('Content-Type', 'application/json').end(`"${'x'.repeat(2 * 1024 * 1024)}"`),
    ],
    ['500', (_q, r) => r.writeHead(500, { 'Content-Type': 'application/json' }).end('{}')],
    ['a redirect', (_q, r) => r.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
    ['a cut connection', (q) => q.socket.destroy()],
  ])('when the answer is %s, then it rejects', async (_what, listener) => {
    await expect(fetchJwks(await serving(listener))).rejects.toThrowError(Error);
  });
});
