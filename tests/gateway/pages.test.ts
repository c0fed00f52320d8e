import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GATEWAYS, useGateways } from './gateways.ts';
import type { Gateway } from './start-nginx.ts';

const SCRIPT = `console.log("${'medisupply '.repeat(200)}");`;
const PAGE =
  '<!doctype html><link rel="stylesheet" nonce="CSP_NONCE"><ms-root ngcspnonce="CSP_NONCE"></ms-root>';

const VERIFIER = '<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'">';

const start = useGateways();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-pages-'));
  await mkdir(join(folder, 'carpeta'));
  await Promise.all([
    writeFile(join(folder, 'index.html'), PAGE),
    writeFile(join(folder, 'main-A1b_C-d2.js'), SCRIPT),
    writeFile(join(folder, 'main-A1b_C-d2.js.br'), brotliCompressSync(SCRIPT)),
    writeFile(join(folder, 'main-A1b_C-d2.js.gz'), gzipSync(SCRIPT)),
    writeFile(join(folder, 'tema.js'), 'void 0;'),
    writeFile(join(folder, 'verificar.html'), VERIFIER),
  ]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(GATEWAYS)('%s', (kind) => {
  let door: Gateway;

  beforeAll(async () => {
    door = await start(kind, { FRONTEND_DIR: folder });
  });

  /** Unlike fetch, leaves the body as it came. */
  function ask(path: string, headers: Record<string, string> = {}) {
    return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      get(`${door.url}${path}`, { headers, agent: false }, (answer) => {
        buffer(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
          reject,
        );
      }).once('error', reject);
    });
  }

  test('when the page is opened, then it carries a nonce of its own, the one of its policy', async () => {
    const nonces = await Promise.all(
      ['/', '/entregas/12'].map(async (path) => {
        const { headers, body } = await ask(path, { accept: 'text/html' });
        const [nonce] = /(?<=ngcspnonce=")[\w+/=]{24,32}(?=")/.exec(body.toString()) ?? [];
        expect(body.toString()).toBe(PAGE.replaceAll('CSP_NONCE', nonce ?? 'none'));
        expect(headers['content-security-policy']).toBe(
          "default-src 'self';base-uri 'self';form-action 'self';frame-ancestors 'none';img-src 'self' data:;" +
            `object-src 'none';style-src-elem 'self' 'nonce-${nonce}';style-src-attr 'unsafe-inline'`,
        );
        expect(headers['cache-control']).toBe('no-cache');
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  test('when index.html is asked by its name, then its placeholder is replaced as well', async () => {
    expect((await ask('/index.html', { accept: '*/*' })).body.toString()).not.toContain('CSP_NONCE');
  });

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['identity', undefined, (body: Buffer) => body],
  ])('when a client takes %s, then it gets that copy', async (accepted, encoding, decompress) => {
    const { status, headers, body } = await ask('/main-A1b_C-d2.js', { 'accept-encoding': accepted });
    expect([status, headers['content-encoding'], headers['vary']]).toEqual([
      200,
      encoding,
      expect.stringContaining('Accept-Encoding') as string,
    ]);
    expect(headers['content-type']).toMatch(/^(text|application)\/javascript; charset=utf-8$/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(decompress(body).toString()).toBe(SCRIPT);
  });

  test('when a file is named by its contents, then only the headers that concern it come with it', async () => {
    const { headers } = await ask('/main-A1b_C-d2.js', { 'accept-encoding': 'br' });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('content-security-policy');
  });

  test('when a file is not named by its contents, then browsers ask again', async () => {
    expect((await ask('/tema.js')).headers['cache-control']).toBe('no-cache');
  });

  test('when the page that checks proofs is asked, then its own policy counts, and nobody frames it', async () => {
    const { status, headers, body } = await ask('/verificar.html', { accept: 'text/html' });
    expect([status, body.toString()]).toEqual([200, VERIFIER]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'none'",
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
  });

  // A browser takes a backslash for a slash: /\\host is another host.
  test.each([
    '/carpeta',
    '//evil.example/..%2fcarpeta',
    '/\\evil.example/..%2fcarpeta',
    '/\\evil.example/%2e%2e/carpeta',
    '/%5Cevil.example/..%2fcarpeta',
    '/\\evil.example',
    '/%09/evil.example/..%2fcarpeta',
  ])('when %s is opened, then nobody is sent elsewhere', async (path) => {
    for (const accept of ['text/html', '*/*']) {
      const { status, headers } = await ask(path, { accept });
      expect([status < 300 || status >= 400, headers.location]).toEqual([true, undefined]);
    }
  });

  test('when a file of an earlier build is asked, then 404, not the page', async () => {
    expect((await ask('/main-00000000.js', { accept: '*/*' })).status).toBe(404);
  });
});
