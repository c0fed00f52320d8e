/** The script of ours in front of Angular's service worker, fed with what each gateway serves. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import { GATEWAYS, useGateways } from './gateways.ts';

const SCRIPT = readFileSync(join(ROOT, 'frontend/public/service-worker.js'), 'utf8');
const PAGE = '<!doctype html><script nonce="CSP_NONCE"></script><ms-root ngcspnonce="CSP_NONCE"></ms-root>';

const start = useGateways();
const folder = mkdtempSync(join(tmpdir(), 'medisupply-worker-'));

beforeAll(() => {
  writeFileSync(join(folder, 'index.html'), PAGE);
  for (const name of ['service-worker.js', 'ngsw-worker.js', 'ngsw.json', 'manifest.json']) {
    writeFileSync(join(folder, name), '{}');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answered {
  answer?: Promise<Response>;
  isStopped: boolean;
}

/** The script as a browser runs it; `kept` is what Angular's service worker would answer. */
function runScript(url: string) {
  const listeners: ((event: object) => void)[] = [];
  const self = {
    fetch: (path: string) => fetch(new URL(path, url)),
    location: { href: `${url}/service-worker.js` },
    addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
  };
  const imported: string[] = [];
  const importScripts = (name: string) => imported.push(name);
  runInContext(SCRIPT, createContext({ self, importScripts, Headers, Response, URL, crypto, btoa }));

  function ask(path: string, mode: string, kept: () => Response): Answered {
    const answered: Answered = { isStopped: false };
    const event = {
      request: { url: `${url}${path}`, mode },
      stopImmediatePropagation: () => (answered.isStopped = true),
      respondWith: (answer: Promise<Response>) => (answered.answer = answer),
    };
    for (const listener of listeners) listener(event);
    if (!answered.isStopped) void event.respondWith(Promise.resolve(kept()));
    return answered;
  }
  return { self, imported, ask };
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

describe.each(GATEWAYS)('%s', (kind) => {
  let url: string;

  beforeAll(async () => {
    ({ url } = await start(kind, { FRONTEND_DIR: folder }));
  });

  test.each([
    ['service-worker.js', /^(text|application)\/javascript/],
    ['ngsw-worker.js', /^(text|application)\/javascript/],
    ['ngsw.json', /^application\/json/],
    ['manifest.json', /^application\/json/],
  ])('when a browser asks for %s, then it may not keep it unasked', async (name, type) => {
    const { status, headers } = await fetch(`${url}/${name}?ngsw-cache-bust=0.1`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(headers.get('content-type')).toMatch(type);
    // What the script may fetch and import is said by its own policy; workers and the manifest fall back to it.
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).not.toMatch(/worker-src|manifest-src|connect-src/);
  });

  test('when the page is fetched to be kept, then it has the hash of the build', async () => {
    const { self, imported } = runScript(url);
    for (const path of ['/index.html', '/index.html?ngsw-cache-bust=0.2']) {
      expect(sha1(await (await self.fetch(path)).text())).toBe(sha1(PAGE));
    }
    expect(imported).toEqual(['ngsw-worker.js']);
  });

  test('when the kept page is opened twice, then each has a nonce of its own, in its policy as well', async () => {
    const { self, ask } = runScript(url);
    const kept = await self.fetch('/index.html');
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const answer = await ask('/confirmar', 'navigate', () => kept.clone()).answer!;
        const policy = answer.headers.get('content-security-policy') ?? '';
        const nonce = /'nonce-([\w+/=]{24})'/.exec(policy)?.[1] ?? 'none';
        expect(await answer.text()).toBe(PAGE.replaceAll('CSP_NONCE', nonce));
        expect(policy).not.toContain('CSP_NONCE');
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  test('when something else is asked for, then the API passes it by and files come as they are', async () => {
    const { ask } = runScript(url);
    expect(ask('/api/v1/logistica/entregas', 'cors', () => new Response('')).isStopped).toBe(true);
    expect(ask('/api/v1/logistica/openapi.json', 'navigate', () => new Response('')).isStopped).toBe(true);
    const file = new Response('nonce', { headers: { 'content-type': 'image/svg+xml' } });
    expect(await ask('/icono.svg', 'navigate', () => file).answer).toBe(file);
  });
});
