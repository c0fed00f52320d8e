import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Board, FakeAutorizador } from './support.ts';
import { connected, navigation, startAutorizador, startBoard } from './support.ts';

let data: DataDir;
let redis: RedisServer;
let autorizador: FakeAutorizador;
let board: Board;
let cookie: string;

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
  autorizador = await startAutorizador(data);
  board = await startBoard(data, { REDIS_URL: redis.url, AUTORIZADOR_URL: autorizador.url });
  await connected(board);
  cookie = await board.login();
});
beforeEach(async () => {
  await redis.operator.flushall();
  board.log.length = 0;
});
afterAll(async () => {
  await board.close();
  await autorizador.close();
  await redis.stop();
  await data.remove();
});

const queue = () => board.container.queues.queue('logistica');

const act = (
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
) =>
  board.fetch(path, {
    method,
    headers: {
      cookie,
      origin: board.url,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });

describe('board', () => {
  it.each([
    ['en-US,en;q=0.9,es;q=0.5', 'en-GB', 'Sign out'],
    ['es-CO', 'es-ES', 'Cerrar sesión'],
    ['fr', 'es-ES', 'Cerrar sesión'],
  ])(
    'when a browser asks in %s, then the page is in %s, ours, and asks nothing of others',
    async (asked, lng, logout) => {
      const page = await (await act('GET', '/', { headers: { 'accept-language': asked } })).text();
      expect(page).toContain(`<html lang="${lng}"`);
      const config = /id="__UI_CONFIG__"[^>]*>([^<]*)</.exec(page)?.[1] ?? '';
      expect(JSON.parse(config)).toMatchObject({
        boardTitle: 'MediSupply',
        locale: { lng },
        miscLinks: [{ text: logout, url: '/logout' }],
      });
      expect(page).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
      expect(page).toContain('href="marca.css"');
      expect(await (await act('GET', '/marca.css')).text()).toContain('--primary: #0f766e');
    },
  );

  it('when an Admin looks, then all queues of the registry are there with their counts', async () => {
    await queue().add('logistica.procesar_entrega', {}, { jobId: 'j1' });
    const response = await act('GET', '/api/queues');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      queues: [
        { name: 'default', counts: { waiting: 0 } },
        { name: 'logistica', counts: { waiting: 1 } },
        { name: 'monitor', counts: { waiting: 0 } },
      ],
    });
  });

  it('when its page is loaded, then its scripts come from here only and everything it names is there', async () => {
    const response = await board.fetch('/', navigation(cookie));
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    const page = await response.text();
    const assets = [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map((match) => `/${match[1]}`);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) expect((await act('GET', asset)).status).toBe(200);
  });

  it('when there is no such page or call, then 404 problem+json', async () => {
    const response = await act('GET', '/api/nada');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404 });
  });
});

describe('actions', () => {
  it('when an Admin removes and pauses, then it happens and the log has who and what, without contents', async () => {
    await queue().add('logistica.procesar_entrega', { secreto: 'no-en-el-registro' }, { jobId: 'j1' });
    expect((await act('PUT', '/api/queues/logistica/j1/clean')).status).toBe(204);
    expect(await queue().getJob('j1')).toBeUndefined();
    expect((await act('PUT', '/api/queues/logistica/pause')).status).toBe(200);
    expect(await queue().isPaused()).toBe(true);
    const added = await act('POST', '/api/queues/logistica/add', {
      body: { name: 'x', data: { secreto: 'no-en-el-registro' } },
    });
    expect(added.status).toBe(200);

    const audit = board.log.filter((line) => line['auditoria'] === true);
    expect(audit).toMatchObject([
      {
        usuario_id: 1,
        nombre: 'ana',
        accion: 'PUT /api/queues/:queueName/:jobId/clean',
        cola: 'logistica',
        job_id: 'j1',
        request_id: expect.any(String),
      },
      { usuario_id: 1, accion: 'PUT /api/queues/:queueName/pause', cola: 'logistica' },
      { usuario_id: 1, accion: 'POST /api/queues/:queueName/add', cola: 'logistica' },
    ]);
    expect(JSON.stringify(board.log)).not.toContain('no-en-el-registro');
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of the host', { origin: 'http://127.0.0.1:4200' }],
    ['a sandbox', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch', { 'sec-fetch-site': 'same-site' }],
  ] as [string, Record<string, string>][])(
    'when %s makes the browser act, then 403 and nothing happens',
    async (_name, headers) => {
      await queue().add('x', {}, { jobId: 'j1' });
      for (const [method, path] of [
        ['PUT', '/api/queues/logistica/j1/clean'],
        ['PUT', '/api/queues/logistica/obliterate'],
        ['POST', '/api/queues/logistica/add'],
        ['PATCH', '/api/queues/logistica/j1/update-data'],
        ['DELETE', '/api/queues/logistica'],
      ] as const) {
        const response = await act(method, path, { headers });
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({ status: 403 });
      }
      expect(await queue().getJobCounts('waiting')).toEqual({ waiting: 1 });
      expect(board.log.filter((line) => line['auditoria'] === true)).toEqual([]);
    },
  );

  it('when a request that changes something names no origin, then 403', async () => {
    const response = await board.fetch('/api/queues/pause', { method: 'PUT', headers: { cookie } });
    expect(response.status).toBe(403);
  });

  it('when the body is no JSON, then 400 without internals', async () => {
    const response = await board.fetch('/api/queues/logistica/add', {
      method: 'POST',
      headers: { cookie, origin: board.url, 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/position|SyntaxError|node_modules/);
  });
});

describe('without Redis', () => {
  it('when Redis was never there, then login and page work, calls are 503, and the queues come with Redis', async () => {
    const late = await startRedis({ users: data.secrets('redis') });
    await late.kill();
    const alone = await startBoard(data, { REDIS_URL: late.url, AUTORIZADOR_URL: autorizador.url });
    try {
      const session = await alone.login();
      expect((await alone.fetch('/', navigation(session))).status).toBe(200);
      const headers = { cookie: session };
      const response = await alone.fetch('/api/queues', { headers });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('2');
      expect(await (await alone.fetch('/readyz')).json()).toMatchObject({ status: 'degraded' });

      await late.start();
      await connected(alone);
      await vi.waitFor(async () =>
        expect(await (await alone.fetch('/api/queues', { headers })).json()).toMatchObject({
          queues: [{ name: 'default' }, { name: 'logistica' }, { name: 'monitor' }],
        }),
      );
    } finally {
      await alone.close();
      await late.stop();
    }
  });

  it('when Redis hangs, then calls fail within 2.5 s and tell no internals', async () => {
    redis.pause();
    try {
      const started = performance.now();
      const response = await act('GET', '/api/queues');
      expect(response.status).toBeGreaterThanOrEqual(500);
      expect(performance.now() - started).toBeLessThan(2_500);
      expect(await response.text()).not.toMatch(/Command timed out|node_modules/);
    } finally {
      redis.resume();
    }
  });
});
