import { expect, test } from 'vitest';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import type { Observado } from '../src/diagnostico/diagnosticar.ts';
import { diagnosticar, gravedad } from '../src/diagnostico/diagnosticar.ts';
import { workerState } from './support.ts';

const NOW = Date.parse('2026-05-20T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

const cola = {
  length: 0,
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  completed: 7,
  paused: false,
  status: 'idle' as const,
  throughput: 2,
};
const worker: LiveWorker = { ...workerState(), last_seen: ago(2) };
const redis = {
  status: 'connected' as const,
  ping: true,
  response_time_ms: 0.2,
  version: '7.4.1',
  aof: true,
  maxmemory_policy: 'noeviction',
};
const well = {
  redis,
  servicios: { 'logistica-inventario': { status: 'healthy' } },
  bases: { logistica: { status: 'ok', schema: '7', size: 4_096, wal_size: 0, error: null } },
  queues: { default: cola, logistica: cola, monitor: cola },
  workers: [worker],
} satisfies Observado;

const found = (change: Observado) => diagnosticar({ ...well, ...change }, NOW);

test('when all is well, then nothing is found', () => {
  expect(found({})).toEqual([]);
  expect(gravedad([])).toBe('healthy');
});

test.each<[string, Observado, string[], ReturnType<typeof gravedad>]>([
  [
    'Redis is away',
    { redis: { ...redis, status: 'disconnected' }, queues: null, workers: null },
    ['redis_desconectado'],
    'critical',
  ],
  [
    'Redis may lose jobs',
    { redis: { ...redis, aof: false, maxmemory_policy: 'allkeys-lru' } },
    ['redis_sin_aof', 'redis_politica'],
    'healthy',
  ],
  ['nobody works', { workers: [] }, ['sin_workers'], 'degraded'],
  [
    'jobs wait for nobody',
    {
      workers: [{ ...worker, queues: ['monitor'] }],
      queues: { ...well.queues, logistica: { ...cola, length: 3 } },
    },
    ['cola_desatendida'],
    'degraded',
  ],
  ['a queue is paused', { queues: { monitor: { ...cola, paused: true } } }, ['cola_pausada'], 'degraded'],
  [
    'jobs failed',
    { queues: { ...well.queues, default: { ...cola, failed: 2 } } },
    ['cola_fallidos'],
    'healthy',
  ],
  [
    'one of two workers is silent',
    { workers: [worker, { ...worker, last_seen: ago(10) }] },
    ['worker_callado'],
    'healthy',
  ],
  [
    'the only worker was killed',
    {
      workers: [{ ...worker, last_seen: ago(10) }],
      queues: { ...well.queues, logistica: { ...cola, length: 3 } },
    },
    ['cola_desatendida', 'sin_workers', 'worker_callado'],
    'degraded',
  ],
  ['a worker is slow', { workers: [{ ...worker, event_loop_lag_ms: 501 }] }, ['worker_lento'], 'healthy'],
  [
    'a task takes very long',
    { workers: [{ ...worker, active: [{ task_id: 'a', name: 'reportes.generar', started: ago(90) }] }] },
    ['tarea_larga'],
    'healthy',
  ],
  [
    'a database is missing',
    { bases: { monitor: { status: 'missing', schema: null, size: null, wal_size: null, error: null } } },
    ['base_mal'],
    'critical',
  ],
  [
    'a service is not ready',
    { servicios: { monitor: { status: 'degraded' } } },
    ['servicio_degradado'],
    'degraded',
  ],
  ['a service is down', { servicios: { monitor: { status: 'timeout' } } }, ['servicio_caido'], 'critical'],
])('when %s, then that is found', (_what, change, codes, word) => {
  const hallazgos = found(change);
  expect(hallazgos.map(({ code }) => code)).toEqual(codes);
  expect(gravedad(hallazgos)).toBe(word);
});

test('when several things are found, then the worst comes first, each with what its sentence needs', () => {
  expect(
    found({
      redis: { ...redis, aof: false },
      servicios: { autorizador: { status: 'unreachable' } },
      queues: { ...well.queues, logistica: { ...cola, paused: true } },
    }),
  ).toEqual([
    {
      code: 'servicio_caido',
      severity: 'critical',
      params: { servicio: 'autorizador', estado: 'unreachable' },
    },
    { code: 'cola_pausada', severity: 'warning', params: { cola: 'logistica' } },
    { code: 'redis_sin_aof', severity: 'notice', params: {} },
  ]);
});

test('when a part was not asked for, then it is not judged', () => {
  expect(diagnosticar({}, NOW)).toEqual([]);
  expect(diagnosticar({ queues: null, workers: null }, NOW)).toEqual([]);
});
