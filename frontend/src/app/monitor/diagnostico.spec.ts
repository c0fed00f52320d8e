import { diagnose } from './diagnostico';
import type { Estado } from './estado-vivo';

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
const worker: NonNullable<Estado['workers']>[number] = {
  id: 'host-7-a',
  host: 'host',
  pid: 7,
  queues: ['default', 'logistica', 'monitor'],
  concurrency: 8,
  processed: 3,
  failed: 0,
  active: [],
  rss: 90_000_000,
  event_loop_lag_ms: 1,
  uptime: 60,
  status: 'idle',
  faults: { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
  last_seen: ago(2),
};
const well: Estado = {
  redis: {
    status: 'connected',
    ping: true,
    response_time_ms: 0.2,
    version: '7.4.1',
    aof: true,
    maxmemory_policy: 'noeviction',
  },
  servicios: { 'logistica-inventario': { status: 'healthy', response_time_ms: 2, version: '0.1.0' } },
  bases: { logistica: { status: 'ok', schema: '7', size: 4_096, wal_size: 0, error: null } },
  queues: { default: cola, logistica: cola, monitor: cola },
  workers: [worker],
  fallas_inyectadas: { activas: false, procesos: [] },
  celery: { status: 'idle', keys_count: 4 },
  timestamp: ago(0),
};
const keysOf = (change: Partial<Estado>) => diagnose({ ...well, ...change }, NOW).map(({ key }) => key);

test('when all is well, then nothing is found', () => {
  expect(diagnose(well, NOW)).toEqual([]);
});

test.each<[string, Partial<Estado>, string[]]>([
  [
    'Redis is away',
    { redis: { ...well.redis, status: 'disconnected' }, queues: null, workers: null },
    ['redis_desconectado'],
  ],
  [
    'Redis may lose jobs',
    { redis: { ...well.redis, aof: false, maxmemory_policy: 'allkeys-lru' } },
    ['redis_sin_aof', 'redis_politica'],
  ],
  ['nobody works', { workers: [] }, ['sin_workers']],
  [
    'jobs wait for nobody',
    {
      workers: [{ ...worker, queues: ['monitor'] }],
      queues: { ...well.queues!, logistica: { ...cola, length: 3 } },
    },
    ['cola_desatendida'],
  ],
  ['jobs failed', { queues: { ...well.queues!, default: { ...cola, failed: 2 } } }, ['cola_fallidos']],
  ['a worker is silent', { workers: [{ ...worker, last_seen: ago(10) }] }, ['worker_callado']],
  [
    'a task takes very long',
    { workers: [{ ...worker, active: [{ task_id: 'a', name: 'reportes.generar', started: ago(90) }] }] },
    ['tarea_larga'],
  ],
  [
    'a database is missing',
    { bases: { monitor: { status: 'missing', schema: null, size: null, wal_size: null, error: null } } },
    ['base_mal'],
  ],
])('when %s, then that is found', (_what, change, keys) => {
  expect(keysOf(change)).toEqual(keys);
});

test('when several things are found, then the worst comes first', () => {
  const servicios = { autorizador: { status: 'unreachable' as const, response_time_ms: 0, version: null } };
  const queues = { ...well.queues!, logistica: { ...cola, paused: true } };
  expect(diagnose({ ...well, redis: { ...well.redis, aof: false }, servicios, queues }, NOW)).toMatchObject([
    { tone: 'bad', key: 'servicio_caido', params: { servicio: 'autorizador' }, part: 'servicios' },
    { tone: 'wait', key: 'redis_sin_aof' },
    { tone: 'wait', key: 'cola_pausada' },
  ]);
});
