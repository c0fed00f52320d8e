import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp as buildBullBoard } from '@medisupply/bull-board/app';
import { readConfig as readBullBoardConfig } from '@medisupply/bull-board/config';
import { createContainer as createBullBoard } from '@medisupply/bull-board/create-container';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { registerBreakers } from '@medisupply/shared/metrics/breaker-metrics';
import { buildApp as buildWorker } from '@medisupply/worker/app';
import { buildApp as buildFrontDoor } from '../../frontend/front-door/src/app.ts';
import { frontDoorConfig } from '../../frontend/front-door/src/config.ts';
import type { Platform, RunningWorker } from '../support/platform.ts';
import { serve, startPlatform, until } from '../support/platform.ts';
import type { RunningMonitor } from './support.ts';
import { silent, startMonitor } from './support.ts';

const USER = 7;
const PERSONAL = {
  direccion: 'Calle Secreta 13',
  nombre_recibe: 'Zoila Reservada',
  firma_recibe: 'trazo-oculto',
};

let platform: Platform;
let monitor: RunningMonitor;
let worker: RunningWorker;
let metricsKey: string;
const urls: Record<string, string> = {};
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  platform = await startPlatform({ autorizador: true });
  monitor = await startMonitor(platform);
  closers.push(() => monitor.close());
  worker = await platform.startWorker();
  const workerServer = await serve(buildWorker(worker.container));
  closers.push(workerServer.close);
  const board = await createBullBoard(readBullBoardConfig(platform.env('bull-board')), { logger: silent });
  const boardServer = await serve(buildBullBoard(board));
  closers.push(() => board.close(), boardServer.close);
  await until(() => worker.container.queues.isConnected());
  metricsKey = await platform.serviceKey('metrics');
  Object.assign(urls, {
    autorizador: platform.autorizador?.url,
    'logistica-inventario': platform.logistica.url,
    monitor: monitor.url,
    'bull-board': boardServer.url,
    worker: workerServer.url,
  });
});

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
  await platform.close();
});

/** The worker's health check and ping, which run every minute, ask for these. */
const ASKED_BY_OTHERS = /route="\/(readyz|health)"/;

const ask = (service: string, headers: Record<string, string>) =>
  fetch(`${urls[service]}/metrics`, { headers });

/** Series by name and labels, without the label `service`. */
async function scrape(service: string): Promise<Map<string, number>> {
  const response = await ask(service, { 'i-api-key': metricsKey });
  const text = await response.text();
  expect(response.status).toBe(200);
  return seriesOf(text);
}

function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const others = labels
        .split(/,(?=[a-z]+=)/)
        .filter((label) => label !== '' && !label.startsWith('service='));
      return [others.length > 0 ? `${name}{${others.join(',')}}` : String(name), Number(value)];
    }),
  );
}

const bearer = (id = USER) => ({ authorization: `Bearer ${platform.token({ id })}` });

async function logistica(method: string, path: string, body?: unknown) {
  const response = await fetch(platform.logistica.url + path, {
    method,
    headers: { ...bearer(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function deliver(): Promise<string> {
  const pedido_id = randomUUID();
  const created = await logistica('POST', '/entregas', {
    direccion: PERSONAL.direccion,
    estado: 'nueva',
    pedido_id,
  });
  const entrega_id = created.body['id'] as number;
  const firma_payload = await platform.sign({ ...PERSONAL, pedido_id, entrega_id, usuario_id: USER });
  const accepted = await logistica('POST', `/entrega/${entrega_id}/confirmar`, {
    ...PERSONAL,
    pedido_id,
    firma_payload,
  });
  return accepted.body['task_id'] as string;
}

const succeeded = (taskId: string) => async () =>
  (await logistica('GET', `/tareas/${taskId}`)).body['status'] === 'SUCCESS';

const REQUESTS = 'http_request_duration_seconds_count';
const PROCESAR = 'task="logistica.procesar_entrega"';

describe.each(['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker'])(
  '/metrics of %s',
  (service) => {
    test('when nobody, a person, or a key that is bad or of another scope asks, then it is refused', async () => {
      const admin = { authorization: `Bearer ${platform.token({ id: 1, roles: ['Admin'] })}` };
      const answers = await Promise.all([
        ask(service, {}),
        ask(service, { 'i-api-key': `${metricsKey.slice(0, -1)}!` }),
        ask(service, { 'i-api-key': await platform.serviceKey('worker') }),
        ask(service, admin),
      ]);
      const bodies = await Promise.all(answers.map((answer) => answer.text()));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, service === 'worker' ? 401 : 403]);
      for (const body of bodies) expect(body).not.toContain('process_');
    });

    test('when Prometheus asks with its key, then the process tells of itself', async () => {
      const response = await ask(service, { 'i-api-key': metricsKey });
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const text = await response.text();
      expect(text).toContain(`process_resident_memory_bytes{service="${service}"}`);
      const series = seriesOf(text);
      expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
      expect(series.get('process_cpu_seconds_total')).toBeGreaterThan(0);
      expect(series.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
      expect(series.get('nodejs_heap_size_used_bytes')).toBeGreaterThan(1_000_000);
      expect(
        Math.abs((series.get('process_start_time_seconds') ?? 0) * 1_000 - performance.timeOrigin),
      ).toBeLessThan(1_000);
      expect([...series.values()].every(Number.isFinite)).toBe(true);
    });
  },
);

test('when requests were answered, then they are counted by route pattern and status, and time is measured', async () => {
  const before = await scrape('logistica-inventario');
  for (let n = 0; n < 5; n += 1) await logistica('GET', `/entrega/${900_000 + n}`);
  for (let n = 0; n < 3; n += 1) await logistica('GET', '/entregas');
  await logistica('GET', '/entrega/x');
  await logistica('DELETE', '/entregas');
  await fetch(`${platform.logistica.url}/entregas`);
  const after = await scrape('logistica-inventario');
  const counts = Object.fromEntries(
    [...after]
      .filter(([name]) => name.startsWith(REQUESTS) && !ASKED_BY_OTHERS.test(name))
      .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
  const series = (method: string, route: string, status: number) =>
    `${REQUESTS}{method="${method}",route="${route}",status="${status}"}`;
  expect(counts).toEqual({
    [series('GET', '/entrega/:id', 404)]: 5,
    [series('GET', '/entregas', 200)]: 3,
    [series('GET', '/entrega/:id', 400)]: 1,
    [series('DELETE', '/entregas', 405)]: 1,
    [series('GET', '/entregas', 401)]: 1,
    [series('GET', '/metrics', 200)]: 1,
  });
  const sum =
    after.get('http_request_duration_seconds_sum{method="GET",route="/entregas",status="200"}') ?? 0;
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(5);
});

test('when clients ask for all sorts of things, then no series is added for them', async () => {
  await logistica('GET', '/nada-0');
  const before = await scrape('logistica-inventario');
  for (let n = 1; n <= 50; n += 1) {
    await logistica('GET', `/nada-${n}?x=${n}`);
    await logistica('GET', `/entrega/${800_000 + n}`);
  }
  const after = await scrape('logistica-inventario');
  const names = (series: Map<string, number>) =>
    new Set([...series.keys()].filter((name) => !ASKED_BY_OTHERS.test(name)));
  expect(names(after)).toEqual(names(before));
});

test('when deliveries are applied, then the worker counts each run, with duplicates and forgeries by themselves', async () => {
  const before = await scrape('worker');
  const tasks = [await deliver(), await deliver(), await deliver()];
  for (const task of tasks) await until(succeeded(task));
  const queue = platform.logistica.container.queues.queue('logistica');
  const job = await queue.getJob(`${tasks[0]}-0-0`);
  await queue.add(job!.name, job!.data, { jobId: `${tasks[0]}-0-again` });
  await queue.add('logistica.procesar_entrega', { ...job!.data, mac: 'falsa' }, { jobId: 'forged-1' });
  await queue.add('un-nombre-cualquiera', { direccion: PERSONAL.direccion }, { jobId: 'forged-2' });
  let after = before;
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  await until(async () => {
    after = await scrape('worker');
    return grown('medisupply_task_runs_total{task="desconocida",outcome="quarantined"}') === 1;
  });
  await until(async () => {
    after = await scrape('worker');
    return grown(`medisupply_task_runs_total{${PROCESAR},outcome="quarantined"}`) === 1;
  });
  await until(async () => {
    after = await scrape('worker');
    return grown(`medisupply_task_runs_total{${PROCESAR},outcome="duplicate"}`) === 1;
  });
  expect(grown(`medisupply_task_runs_total{${PROCESAR},outcome="success"}`)).toBe(3);
  expect(grown(`medisupply_task_duration_seconds_count{${PROCESAR}}`)).toBe(3);
  expect((await scrape('logistica-inventario')).get('medisupply_quarantined_jobs')).toBe(2);
});

test('when the platform is idle, then nothing waits; queues, workers, streams and the breaker are told', async () => {
  await until(async () => (await scrape('logistica-inventario')).get('medisupply_outbox_pending') === 0);
  const logisticaSeries = await scrape('logistica-inventario');
  expect({
    oldest: logisticaSeries.get('medisupply_outbox_oldest_seconds'),
    dead: logisticaSeries.get('medisupply_dead_confirmations'),
    breaker: (await scrape('worker')).get('medisupply_circuit_breaker_open{target="logistica-inventario"}'),
  }).toEqual({ oldest: 0, dead: 0, breaker: 0 });
  const series = await scrape('monitor');
  const queues = [...series].filter(([name]) => name.startsWith('medisupply_queue_jobs'));
  expect(Object.fromEntries(queues)).toMatchObject({
    'medisupply_queue_jobs{queue="default",state="waiting"}': 0,
    'medisupply_queue_jobs{queue="logistica",state="failed"}': 2,
    'medisupply_queue_jobs{queue="monitor",state="delayed"}': 0,
  });
  expect(queues).toHaveLength(12);
  expect(series.get('medisupply_sse_clients')).toBe(0);
  expect(series.get('medisupply_redis_up')).toBe(1);
  expect(series.get('medisupply_workers')).toBeGreaterThanOrEqual(0);
});

test('when everything has been told, then no personal data and no id is among it', async () => {
  await deliver();
  for (const service of Object.keys(urls)) {
    const text = await (await ask(service, { 'i-api-key': metricsKey })).text();
    for (const secret of Object.values(PERSONAL)) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
    expect(text).not.toContain('un-nombre-cualquiera');
  }
});

test('when /metrics is asked for from outside, then the front door knows of none, whatever the key', async () => {
  const env = {
    ...platform.env('front-door'),
    MONITOR_URL: monitor.url,
    LOGISTICA_URL: platform.logistica.url,
  };
  const door = buildFrontDoor({
    config: frontDoorConfig(env),
    logger: silent,
    isStopping: () => false,
  });
  const gateway = await serve(door.app);
  closers.push(() => door.close(), gateway.close);
  for (const service of ['logistica', 'monitor', 'autorizador', '']) {
    for (const path of ['/metrics', '/metrics/', '//metrics', '/%6detrics', '/METRICS']) {
      const response = await fetch(`${gateway.url}/api/v1/${service}${path}`, {
        headers: { 'i-api-key': metricsKey },
      });
      expect(response.status).toBe(404);
    }
  }
});

test('when Redis is away, then what waits and for how long is told', async () => {
  const alone = await startPlatform({ redis: false });
  closers.push(() => alone.close());
  const { container, url } = alone.logistica;
  const token = alone.token({ id: USER });
  for (let n = 0; n < 6; n += 1) {
    const pedido_id = randomUUID();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const created = await fetch(`${url}/entregas`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ direccion: 'x', estado: 'nueva', pedido_id }),
    });
    const { id } = (await created.json()) as { id: number };
    const firma_payload = await alone.sign({ ...PERSONAL, pedido_id, entrega_id: id, usuario_id: USER });
    const body = JSON.stringify({ ...PERSONAL, pedido_id, firma_payload });
    const confirmed = await fetch(`${url}/entrega/${id}/confirmar`, { method: 'POST', headers, body });
    expect(confirmed.status).toBe(202);
  }
  const key = await alone.serviceKey('metrics');
  const read = async () =>
    seriesOf(await (await fetch(`${url}/metrics`, { headers: { 'i-api-key': key } })).text());
  const pending = await container.database.read.selectFrom('outbox').select('seq').execute();
  const series = await read();
  expect(series.get('medisupply_outbox_pending')).toBe(pending.length);
  expect(pending.length).toBeGreaterThanOrEqual(6);
  const age = series.get('medisupply_outbox_oldest_seconds') ?? 0;
  await until(async () => ((await read()).get('medisupply_outbox_oldest_seconds') ?? 0) > age);
});

test('when a service that is called is away, then the breaker is told as open', async () => {
  const metrics = createMetrics('prueba');
  const client = createServiceClient({
    name: 'logistica-inventario',
    baseUrl: 'http://127.0.0.1:9',
    timeoutMs: 500,
    logger: silent,
  });
  registerBreakers(metrics.registry, { 'logistica-inventario': client });
  for (let call = 0; call < 5; call += 1)
    expect(await client.get('/')).toMatchObject({ ok: false, reason: 'unreachable' });
  const series = seriesOf(await metrics.registry.metrics());
  await client.close();
  metrics.close();
  expect(series.get('medisupply_circuit_breaker_open{target="logistica-inventario"}')).toBe(1);
});

describe('health of the worker', () => {
  test('when Redis is there, then ready; when it is not, then alive and not ready', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${urls['worker']}${path}`);
      return { status: response.status, body: await response.json() };
    };
    expect(await get('/health')).toMatchObject({
      status: 200,
      body: { status: 'healthy', service: 'worker' },
    });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: { status: 'ready', checks: { redis: 'ok', base_de_datos: 'ok' } },
    });
    await platform.redis?.kill();
    await until(async () => (await get('/readyz')).status === 503);
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: { status: 'unready', checks: { redis: 'falta', base_de_datos: 'ok' } },
    });
    expect((await get('/livez')).status).toBe(200);
    const monitorSeries = await scrape('monitor');
    expect(monitorSeries.get('medisupply_redis_up')).toBe(0);
    expect([...monitorSeries.keys()].filter((name) => name.startsWith('medisupply_queue'))).toEqual([]);
    expect(monitorSeries.get('medisupply_workers')).toBeNaN();
    await platform.redis?.start();
    await until(async () => (await get('/readyz')).status === 200);
  });
});
