import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { openDatabase } from '@medisupply/shared/db/open';
import { byUrlVariable } from '@medisupply/shared/services';
import { databasesOf } from '@medisupply/shared/testing/test-database';
import { addTaskViewers, createOutboxTables } from '@medisupply/shared/queueing/store/migration';
import { completeTask, insertTask } from '@medisupply/shared/queueing/store/task-store';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import type { TaskRun } from '@medisupply/shared/queueing/handler';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACTIVITY_RETENTION, METRICS_RETENTION, removeExpired } from '../src/metricas/retencion.ts';
import { removeOldActividad } from '../src/actividad/actividad.repository.ts';
import type { MonitorTaskContext } from '../src/tasks/context.ts';
import createTaskContext from '../src/tasks/context.ts';
import generateMetrics from '../src/tasks/generate-metrics.task.ts';
import healthCheck from '../src/tasks/health-check.task.ts';
import logActivity from '../src/tasks/log-activity.task.ts';
import pingLogistica from '../src/tasks/ping-logistica.task.ts';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { healthyService, silentService, startService } from '@medisupply/shared/testing/fake-service';
import { NOWHERE, silent, workerState } from './support.ts';

/** Its secrets serve all tests; each has a folder of its own for its databases. */
let data: DataDir;
let dataDir: string;
let redis: RedisServer;
let databases: Record<string, string>;
let taskStore: OpenDatabase<OutboxTables>;
let context: MonitorTaskContext;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(data.path, 'test-'));
  databases = await databasesOf(dataDir);
  taskStore = await openDatabase<OutboxTables>(
    { DATA_DIR: dataDir, DATABASE_POOL: 10, ...databases },
    {
      owner: 'logistica',
      migrations: { '001-inicial': { up: createOutboxTables }, '002': { up: addTaskViewers } },
    },
  );
  closers.push(() => taskStore.close());
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await redis.stop();
  await data.remove();
});

/** As the worker does: its own secrets, its own connections. */
async function open(env: NodeJS.ProcessEnv = {}): Promise<MonitorTaskContext> {
  const opened = await createTaskContext({
    env: {
      DATA_DIR: dataDir,
      ...databases,
      SECRETS_DIR: data.secrets('worker'),
      REDIS_URL: asRedisUser(redis.url, 'worker'),
      ...byUrlVariable(() => NOWHERE),
      ...env,
    },
    logger: silent(),
    taskStore,
  });
  closers.push(() => opened.close());
  context = opened.context;
  return context;
}

const connected = () => vi.waitFor(() => expect(context.queues.isConnected()).toBe(true));

const run = (overrides: Partial<TaskRun> = {}): TaskRun => ({
  task_id: randomUUID(),
  worker: 'w',
  intento: 0,
  started: Date.now(),
  signal: new AbortController().signal,
  logger: silent(),
  progress: () => Promise.resolve(),
  settled: false,
  ...overrides,
});

async function service(...args: Parameters<typeof startService>): Promise<string> {
  const started = await startService(...args);
  closers.push(() => started.close());
  return started.url;
}

describe('monitor.log_activity', () => {
  const params = {
    activity_data: {
      tipo: 'sesion',
      descripcion: 'entró',
      usuario_id: 7,
      datos: { origen: 'web', veces: 2 },
    },
  };

  it('when it runs, then the activity is a row', async () => {
    await open();
    const attempt = run();
    expect(await logActivity.handle(params, attempt, context)).toEqual({
      tipo: 'sesion',
      guardada: true,
      repetida: false,
      activity_id: attempt.task_id,
      logged: true,
    });
    expect(await context.database.read.selectFrom('actividad').selectAll().execute()).toEqual([
      {
        id: 1,
        task_id: attempt.task_id,
        momento: attempt.started,
        tipo: 'sesion',
        descripcion: 'entró',
        usuario_id: 7,
        datos: '{"origen":"web","veces":2}',
      },
    ]);
  });

  it('when the same task runs 20 times at once, then there is one row', async () => {
    await open();
    const attempt = run();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => logActivity.handle(params, attempt, context)),
    );
    expect(results.filter((result) => JSON.stringify(result).includes('"repetida":false'))).toHaveLength(1);
    expect(await context.database.read.selectFrom('actividad').select('task_id').execute()).toEqual([
      { task_id: attempt.task_id },
    ]);
  });

  it('when it was cancelled before, then nothing is written', async () => {
    await open();
    await expect(logActivity.handle(params, run({ signal: AbortSignal.abort() }), context)).rejects.toThrow(
      'aborted',
    );
    expect(await context.database.read.selectFrom('actividad').selectAll().execute()).toEqual([]);
  });
});

describe('monitor.ping_logistica', () => {
  it('when logistica answers, then the result has the measured time', async () => {
    await open({ LOGISTICA_URL: await service(healthyService('logistica-inventario')) });
    expect(await pingLogistica.handle({}, run(), context)).toMatchObject({
      status: 'healthy',
      ping_successful: true,
      http_status: 200,
      response_time_ms: expect.any(Number),
    });
  });

  it('when logistica is down, then that is the result', async () => {
    await open();
    expect(await pingLogistica.handle({}, run(), context)).toMatchObject({
      status: 'unreachable',
      ping_successful: false,
    });
  });

  it('when the time limit ends while logistica is silent, then it ends at once', async () => {
    await open({ LOGISTICA_URL: await service(silentService) });
    const started = performance.now();
    await expect(
      pingLogistica.handle({}, run({ signal: AbortSignal.timeout(100) }), context),
    ).rejects.toThrow('timeout');
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('monitor.health_check', () => {
  it('when all answers, then healthy', async () => {
    const url = await service(healthyService('cualquiera'));
    await open(byUrlVariable(() => url));
    await connected();
    const heartbeat = createHeartbeat({
      redis: redis.operator,
      liveKey: context.liveKey,
      logger: silent(),
      snapshot: () => workerState(),
    });
    closers.push(() => heartbeat.stop());
    heartbeat.start();

    await vi.waitFor(async () =>
      expect(await healthCheck.handle({}, run(), context)).toMatchObject({
        status: 'healthy',
        problemas: [],
        redis: { status: 'connected' },
        servicios: {
          'logistica-inventario': { status: 'healthy' },
          autorizador: { status: 'healthy' },
          monitor: { status: 'healthy' },
          'bull-board': { status: 'healthy' },
        },
        bases: { logistica: { status: 'ok' }, autorizador: { status: 'ok' }, monitor: { status: 'ok' } },
        workers: 1,
      }),
    );
  });

  it('when things are down, then each is named and the task still succeeds', async () => {
    await open({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await healthCheck.handle({}, run(), context)).toMatchObject({
      status: 'critical',
      problemas: expect.arrayContaining([
        'El servicio autorizador no responde bien (unreachable)',
        'El servicio logistica-inventario no responde bien (unreachable)',
        'El servicio monitor no responde bien (unreachable)',
        'El servicio bull-board no responde bien (unreachable)',
        'Redis no responde',
      ]),
      workers: null,
    });
  });
});

async function deliver(latency: number, count: number): Promise<void> {
  const now = Date.now();
  await taskStore.unitOfWork.write(async (tx) => {
    for (let i = 0; i < count; i++) {
      const task_id = randomUUID();
      const created = now - latency * (i + 1);
      await insertTask(tx, {
        task_id,
        task: procesarEntrega,
        params: { entrega_id: i + 1 },
        creada_por: 'usuario:7',
        now: created,
      });
      await completeTask(tx, run({ task_id, started: created + latency }), {}, { now });
    }
  });
}

const seriesOf = () =>
  context.database.read
    .selectFrom('metrica')
    .innerJoin('medicion', 'medicion.id', 'metrica.medicion_id')
    .select(['task_id', 'nombre', 'valor'])
    .execute();

describe('monitor.generate_metrics', () => {
  it('when it runs, then real figures of everything are stored as one point of each series', async () => {
    await open({ LOGISTICA_URL: await service(healthyService('logistica-inventario')) });
    await connected();
    await deliver(10, 4);
    const attempt = run();
    const result = await generateMetrics.handle({}, attempt, context);

    const rows = await seriesOf();
    const stored = Object.fromEntries(rows.map((row) => [row.nombre, row.valor]));
    expect(result).toEqual({
      momento: expect.stringMatching(/Z$/),
      valores: stored,
      metrics_id: attempt.task_id,
      metrics: stored,
    });
    expect(new Set(rows.map((row) => row.task_id))).toEqual(new Set([attempt.task_id]));
    expect(stored).toMatchObject({
      'entrega.aplicadas_5m': 4,
      'entrega.total_ms.p50': 20,
      'entrega.total_ms.p99': 40,
      'entrega.espera_ms.p50': 10,
      'outbox.pendientes': 0,
      'redis.conectado': 1,
      'servicio.logistica-inventario.responde': 1,
      'servicio.autorizador.responde': 0,
      'cola.logistica.waiting': 0,
      'workers.vivos': 0,
    });
    expect(stored).not.toHaveProperty(['servicio.autorizador.response_time_ms']);
    expect(stored['proceso.rss_bytes']).toBeGreaterThan(10_000_000);
    expect(stored['equipo.memoria_total_bytes']).toBeGreaterThan(stored['equipo.memoria_libre_bytes'] ?? 0);
    expect(stored['base.logistica.bytes']).toBeGreaterThan(0);
  });

  it('when the task runs again, then it answers with the first point and stores no second one', async () => {
    await open();
    const attempt = run();
    const first = await generateMetrics.handle({}, attempt, context);
    const rows = await seriesOf();
    expect(await generateMetrics.handle({}, attempt, context)).toEqual(first);
    expect(await seriesOf()).toEqual(rows);
  });

  it('when Redis is down, then its figures are gaps and the rest is stored', async () => {
    await open({ REDIS_URL: 'redis://127.0.0.1:1' });
    await generateMetrics.handle({}, run(), context);
    const names = (await seriesOf()).map((row) => row.nombre);
    expect(names).toContain('equipo.carga_1m');
    expect(names).toContain('redis.conectado');
    expect(names).not.toContain('redis.ping_ms');
    expect(names.filter((name) => /^(cola|workers)\./.test(name))).toEqual([]);
  });

  it('when rows are older than they are kept, then they go with their figures', async () => {
    await open();
    const now = Date.now();
    await context.database.unitOfWork.write(async (tx) => {
      for (const [index, age] of [METRICS_RETENTION + 1, METRICS_RETENTION - 60_000].entries()) {
        await tx
          .insertInto('medicion')
          .values({ id: index + 1, task_id: `m${index}`, momento: now - age })
          .execute();
        await tx
          .insertInto('metrica')
          .values({ nombre: 'x', medicion_id: index + 1, valor: 1 })
          .execute();
      }
      const activity = { tipo: 't', descripcion: null, usuario_id: null, datos: null };
      await tx
        .insertInto('actividad')
        .values([
          { task_id: 'old', momento: now - ACTIVITY_RETENTION - 1, ...activity },
          ...['a', 'b', 'c'].map((task_id) => ({ task_id, momento: now, ...activity })),
        ])
        .execute();
    });

    expect(await removeExpired(context.database, now)).toBe(2);
    expect((await seriesOf()).map((row) => row.task_id)).toEqual(['m1']);
    const left = () => context.database.read.selectFrom('actividad').select('task_id').execute();
    expect(await left()).toEqual([{ task_id: 'a' }, { task_id: 'b' }, { task_id: 'c' }]);

    await context.database.unitOfWork.write((tx) =>
      removeOldActividad(tx, { before: 0, keep: 2, batch: 10 }),
    );
    expect(await left()).toEqual([{ task_id: 'b' }, { task_id: 'c' }]);
  });
});

it('when the worker lacks a secret, then the context names the file and the remedy', async () => {
  await expect(open({ SECRETS_DIR: join(data.path, 'nowhere') })).rejects.toThrow(
    /redis_password.*npm start/s,
  );
});
