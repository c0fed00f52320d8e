/** `inspect` and `control` against real workers: two in this process, and others in processes of their own. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeRedisAddress } from '@medisupply/shared/redis/address-file';
import { insertAttempt } from '@medisupply/shared/queueing/store/task-store';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import { generarReporte, procesarEntrega, validarInventario } from '@medisupply/shared/tasks/logistica';
import { pingLogistica } from '@medisupply/shared/tasks/monitor';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import { WORKER_KEY_PREFIX } from '@medisupply/shared/queueing/control/heartbeat';
import { startPlatform, until } from '../../tests/support/platform.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { runControl } from '../src/operator/control.ts';
import { runInspect } from '../src/operator/inspect.ts';
import { accept, handleInstead, startControlled, tareaOf } from './support.ts';
import type { ControlledWorker } from './support.ts';

const SRC = join(import.meta.dirname, '..', 'src');
const SHARED = join(import.meta.dirname, '..', '..', 'shared', 'src');
/** What an operator waits at most, without the start of Node (ms). */
const PROMISED = 2_000;

let platform: Platform;
let first: ControlledWorker;
let second: ControlledWorker;
const children: Spawned[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  writeRedisAddress(platform.dataDir, platform.env('worker')['REDIS_URL']!);
  first = await startControlled(platform);
  second = await startControlled(platform);
});

afterEach(async () => {
  for (const spawned of children.splice(0)) await end(spawned);
});

afterAll(async () => {
  await second.close();
  await first.close();
  await platform.close();
});

interface Said {
  code: number;
  out: string;
  err: string;
  ms: number;
}

async function run(
  program: typeof runInspect,
  args: string,
  env: Record<string, string> = { DATA_DIR: platform.dataDir },
): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const started = performance.now();
  const code = await program(args.split(' ').filter(Boolean), {
    env,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n'), ms: performance.now() - started };
}

const inspect = (args: string, env?: Record<string, string>) => run(runInspect, args, env);
const control = (args: string, env?: Record<string, string>) => run(runControl, args, env);

interface Answered<R> {
  command: string;
  workers: { worker: string; ms: number; result: R }[];
  not_answering: string[];
}

async function asked<R>(args: string): Promise<Answered<R>> {
  const said = await inspect(`${args} --json`);
  expect([said.code, said.err]).toEqual([0, '']);
  return JSON.parse(said.out) as Answered<R>;
}

const ids = () => [first.id, second.id].toSorted();

/** Handles a task in both workers until it is let go, or its signal fires. */
function hold(task: typeof generarReporte | typeof validarInventario) {
  const gate = Promise.withResolvers<null>();
  const started: string[] = [];
  for (const worker of [first, second]) {
    handleInstead(worker, task, (_params, taskRun) => {
      started.push(taskRun.task_id);
      const aborted = new Promise<never>((_resolve, reject) => {
        taskRun.signal.addEventListener('abort', () => reject(new Error('detenida')), { once: true });
      });
      return Promise.race([gate.promise, aborted]);
    });
  }
  return { started, release: () => gate.resolve(null) };
}

const ended = (taskId: string) => until(async () => (await tareaOf(platform, taskId)).terminada !== null);

interface Spawned {
  child: ChildProcess;
  id: string;
}

/** A worker in a process of its own: the real one, or one whose reports run until they are cancelled. */
async function spawnWorker(program = join(SRC, 'main.ts')): Promise<Spawned> {
  const child = fork(program, {
    env: { PATH: process.env['PATH'], ...platform.env('worker'), LOG_LEVEL: 'error', WORKER_PORT: '0' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const spawned = { child, id: '' };
  children.push(spawned);
  await until(async () => {
    const { workers } = JSON.parse((await inspect('ping --json')).out) as Answered<unknown>;
    spawned.id = workers.map(({ worker }) => worker).find((worker) => !ids().includes(worker)) ?? '';
    return spawned.id !== '';
  }, 20_000);
  return spawned;
}

/** Kills it, and lets it be forgotten at once instead of within 12 s. */
async function end({ child, id }: Spawned): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }
  await platform.redis!.operator.del(WORKER_KEY_PREFIX + id);
}

/** Its reports run until their signal fires. */
function reportingProgram(): string {
  const file = join(platform.dataDir, 'reportes.ts');
  writeFileSync(
    file,
    `
    import { readConfig } from ${JSON.stringify(join(SRC, 'config.ts'))};
    import { createContainer } from ${JSON.stringify(join(SRC, 'create-container.ts'))};
    import { serveControl } from ${JSON.stringify(join(SRC, 'control.ts'))};
    import { startConsumers } from ${JSON.stringify(join(SRC, 'run-queue.ts'))};
    import { createHeartbeat } from ${JSON.stringify(join(SHARED, 'queueing', 'control', 'heartbeat.ts'))};

    const container = await createContainer(readConfig());
    const report = container.handlers.get('logistica.generar_reporte');
    const handle = (_params, run) =>
      new Promise((_resolve, reject) => {
        process.send('started');
        run.signal.addEventListener('abort', () => {
          process.send('stopped');
          reject(new Error('detenida'));
        });
      });
    container.handlers.set('logistica.generar_reporte', { ...report, handler: { ...report.handler, handle } });
    const consumers = startConsumers(container, { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 });
    serveControl(container, consumers, { isStopping: () => false, shutdown: () => process.exit(0) });
    createHeartbeat({
      redis: container.queues.redis,
      liveKey: container.liveKey,
      logger: container.logger,
      snapshot: () => consumers.snapshot(false),
    }).start();
    process.once('disconnect', () => process.exit(1));
    `,
  );
  return file;
}

describe('inspect', () => {
  test('when workers are pinged, then each answers', async () => {
    const answer = await asked<{ status: string; uptime: number }>('ping');
    expect(answer).toEqual({
      command: 'ping',
      workers: ids().map((worker) => ({
        worker,
        ms: expect.any(Number) as number,
        result: {
          status: expect.stringMatching(/^(idle|active)$/) as string,
          uptime: expect.any(Number) as number,
        },
      })),
      not_answering: [],
    });
    const { code, out } = await inspect(`ping --worker ${first.id}`);
    expect([code, out.split('\n').length]).toEqual([0, 3]);
    expect(out).toContain(first.id);
    expect(out).not.toContain(second.id);
  });

  test('when jobs run, then active names each with its worker, and reserved lists them as taken', async () => {
    const held = hold(generarReporte);
    const taskId = await accept(platform, generarReporte);
    await until(() => held.started.includes(taskId));

    const { workers } = await asked<{ jobs: { task_id: string }[] }>('active');
    const jobs = workers.flatMap(({ result }) => result.jobs).filter((job) => job.task_id === taskId);
    expect(jobs).toEqual([
      {
        task_id: taskId,
        name: 'logistica.generar_reporte',
        queue: 'logistica',
        started: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    ]);
    expect((await inspect('active')).out).toContain(`${taskId}  logistica.generar_reporte  hace`);
    const reserved = JSON.parse((await inspect('reserved --json')).out) as {
      queues: { queue: string; taken: unknown[] }[];
    };
    expect(reserved.queues.find(({ queue }) => queue === 'logistica')?.taken).toContainEqual({
      task_id: taskId,
      name: 'logistica.generar_reporte',
    });
    held.release();
    await ended(taskId);
  });

  test('when a task waits for its time, then scheduled says when, beside what comes periodically', async () => {
    const held = hold(generarReporte);
    const taskId = await accept(platform, generarReporte);
    await until(() => held.started.includes(taskId));
    const { unitOfWork } = platform.logistica.container.database;
    const disponible = Date.now() + 3_600_000;
    const tarea = await tareaOf(platform, taskId);
    await unitOfWork.write((tx) =>
      insertAttempt(tx, tarea, { intento: 1, params: {}, disponible, now: Date.now(), motivo: 'prueba' }),
    );

    const { code, out } = await inspect('scheduled --json');
    const scheduled = JSON.parse(out) as {
      total: number;
      messages: unknown[];
      periodic: { name: string; at: string }[];
    };
    expect([code, scheduled.total]).toEqual([0, 1]);
    expect(scheduled.messages).toEqual([
      {
        task_id: taskId,
        name: 'logistica.generar_reporte',
        queue: 'logistica',
        at: new Date(disponible).toISOString(),
      },
    ]);
    expect(scheduled.periodic.map(({ name }) => name).toSorted()).toEqual(
      taskRegistry
        .filter(({ every }) => every !== undefined)
        .map(({ name }) => name)
        .toSorted(),
    );
    for (const { at } of scheduled.periodic) expect(Date.parse(at)).toBeGreaterThan(Date.now() - 5_000);
    expect((await inspect('scheduled')).out).toMatch(
      new RegExp(`reintento +logistica +${taskId} .* en 60 min`),
    );
    held.release();
    await ended(taskId);
  });

  test('when a job was put off by its queue, then scheduled says until when', async () => {
    for (const worker of [first, second]) {
      handleInstead(worker, validarInventario, () => Promise.reject(new Error('todavía no')));
    }
    const taskId = await accept(platform, validarInventario, { producto_id: 1, cantidad: 1 });
    const delayed = async () => {
      const { out } = await inspect('scheduled --json');
      return (JSON.parse(out) as { delayed: { task_id: string; at: string }[] }).delayed;
    };
    let found: { task_id: string; at: string } | undefined;
    await until(async () => {
      found = (await delayed()).find((job) => job.task_id === taskId);
      return found !== undefined;
    });
    expect(Math.abs(Date.parse(found!.at) - Date.now())).toBeLessThan(5_000);
    expect((await control(`cancel ${taskId}`)).code).toBe(0);
  });

  test('when asked what is registered, then each worker lists every task of the registry', async () => {
    const { workers } = await asked<{ tasks: { name: string }[] }>('registered');
    const names = taskRegistry.map(({ name }) => name).toSorted();
    expect(workers.map(({ result }) => result.tasks.map(({ name }) => name).toSorted())).toEqual([
      names,
      names,
    ]);
  });

  test('when asked for stats, then they are those of the worker itself', async () => {
    const taskId = await accept(platform, pingLogistica);
    await ended(taskId);
    const stats = async () =>
      (await asked<{ processed: number; queues: unknown; pid: number; rss: number }>('stats')).workers;
    await until(async () => (await stats()).some(({ result }) => result.processed > 0));
    for (const { result } of await stats()) {
      expect(result).toMatchObject({
        pid: process.pid,
        node: process.version,
        event_loop_lag_ms: expect.any(Number) as number,
      });
      expect(result.rss).toBeGreaterThan(10_000_000);
      expect(result.queues).toEqual([
        { queue: 'default', concurrency: 4, active: expect.any(Number) as number },
        { queue: 'logistica', concurrency: 32, active: expect.any(Number) as number },
        { queue: 'monitor', concurrency: 4, active: expect.any(Number) as number },
      ]);
    }
  });

  test('when asked for the configuration, then it is shown without a single secret', async () => {
    const { REDIS_URL = '', SECRETS_DIR = '' } = platform.env('worker');
    const password = readFileSync(join(SECRETS_DIR, 'redis_password'), 'utf8').trim();
    const url = REDIS_URL.replace('@', `:${password}@`);
    const third = await startControlled(platform, { REDIS_URL: url });
    const { out } = await inspect(`conf --json --worker ${third.id}`);
    const text = (await inspect('conf')).out;
    await third.close();

    const { workers } = JSON.parse(out) as Answered<{ config: Record<string, unknown> }>;
    expect(workers[0]?.result.config).toMatchObject({
      DATA_DIR: platform.dataDir,
      REDIS_URL: `redis://127.0.0.1:${platform.redis!.port}`,
      WORKER_CONCURRENCY: 32,
    });
    const folder = platform.env('worker')['SECRETS_DIR']!;
    const shown = readdirSync(folder).filter((file) => {
      const secret = readFileSync(join(folder, file), 'utf8').trim();
      return out.includes(secret) || text.includes(secret);
    });
    expect(shown).toEqual([]);
    expect(text).toContain('WORKER_CONCURRENCY');
  });
});

describe('control', () => {
  test('when a queue is paused, then its jobs are kept in order until it is resumed', async () => {
    const held = hold(generarReporte);
    const paused = await control('pause logistica');
    expect([paused.code, paused.out]).toEqual([
      0,
      expect.stringMatching(/^logistica: en pausa; \d+ en espera/),
    ]);
    const waiting = [await accept(platform, generarReporte)];
    await until(async () => (await nextInLine()).length === 1);
    waiting.push(await accept(platform, generarReporte));
    await until(async () => (await nextInLine()).length === 2);

    expect(await nextInLine()).toEqual(waiting);
    expect((await inspect('reserved')).out).toMatch(/logistica: 0 tomados, 2 en espera, en pausa/);
    expect(held.started).toEqual([]);
    const resumed = await control('resume all --json');
    expect(JSON.parse(resumed.out)).toMatchObject({
      command: 'resume',
      queues: QUEUES.map((queue) => ({ queue, paused: false })),
    });
    await until(() => waiting.every((taskId) => held.started.includes(taskId)));
    held.release();
    for (const taskId of waiting) await ended(taskId);
  });

  test('when concurrency is raised while every slot is taken, then the next job starts at once', async () => {
    const held = hold(generarReporte);
    await control('pause logistica');
    const lowered = await control(`concurrency 1 --queue logistica --json`);
    expect(JSON.parse(lowered.out)).toMatchObject({
      workers: ids().map((worker) => ({
        worker,
        result: { queues: [{ queue: 'logistica', before: 32, after: 1 }] },
      })),
    });
    const tasks = await Promise.all([1, 2, 3].map(() => accept(platform, generarReporte)));
    await control('resume logistica');
    await until(() => held.started.length === 2);
    expect((await nextInLine()).length).toBe(1);

    expect((await control(`concurrency 2 --queue logistica --worker ${first.id}`)).code).toBe(0);
    await until(() => tasks.every((taskId) => held.started.includes(taskId)));
    expect(first.consumers.slots()).toContainEqual({ queue: 'logistica', concurrency: 2, active: 2 });
    expect(second.consumers.slots()).toContainEqual({ queue: 'logistica', concurrency: 1, active: 1 });
    expect(first.consumers.state(false).concurrency).toBe(2 + 4 + 4);
    held.release();
    for (const taskId of tasks) await ended(taskId);
    await control('concurrency 32 --queue logistica');
  });

  test('when a worker is told to stop, then it alone is, after it has answered', async () => {
    const { code, out } = await control(`shutdown --worker ${second.id}`);
    expect([code, first.calls.shutdown, second.calls.shutdown]).toEqual([0, 0, 1]);
    expect(out).toContain('npm start y Docker Compose lo arrancan de nuevo');
    second.calls.shutdown = 0;
  });

  test('when a task that waits is cancelled, then it never runs', async () => {
    const held = hold(generarReporte);
    await control('pause logistica');
    const taskId = await accept(platform, generarReporte);
    await until(async () => (await nextInLine()).includes(taskId));
    expect(await control(`cancel ${taskId}`)).toMatchObject({
      code: 0,
      out: `logistica.generar_reporte ${taskId}: cancelada`,
    });
    await control('resume logistica');
    await until(async () => (await nextInLine()).length === 0);
    expect(await tareaOf(platform, taskId)).toMatchObject({
      estado: 'REVOKED',
      error: 'Cancelada por servicio:operator',
    });
    expect(held.started).toEqual([]);
  });

  test('when a task runs in another process, then it is cancelled there', { timeout: 40_000 }, async () => {
    const { child } = await spawnWorker(reportingProgram());
    const said: unknown[] = [];
    child.on('message', (message) => said.push(message));
    // Only the other process takes reports now.
    await control(`concurrency 1 --queue logistica --worker ${first.id}`);
    await control(`concurrency 1 --queue logistica --worker ${second.id}`);
    const held = hold(generarReporte);
    const tasks: string[] = [];
    await until(async () => {
      if (!said.includes('started')) tasks.push(await accept(platform, generarReporte));
      await until(
        () => held.started.length + said.filter((message) => message === 'started').length >= tasks.length,
      );
      return said.includes('started');
    });
    const there = tasks.find((taskId) => !held.started.includes(taskId))!;

    expect((await control(`cancel ${there} --json`)).code).toBe(0);
    await until(() => said.includes('stopped'));
    expect((await tareaOf(platform, there)).estado).toBe('REVOKED');
    held.release();
    for (const taskId of tasks) await ended(taskId);
    await control('concurrency 32 --queue logistica');
  });

  test('when a task may not be cancelled, then the rule of the API is told', async () => {
    const done = await accept(platform, pingLogistica);
    await ended(done);
    await control('pause logistica');
    const accepted = await accept(platform, procesarEntrega, { entrega_id: 1 });
    const answers = await Promise.all([
      control(`cancel ${done}`),
      control(`cancel ${accepted}`),
      control('cancel 00000000-0000-0000-0000-000000000000'),
    ]);
    expect(answers.map(({ code, out, err }) => ({ code, out, err }))).toEqual([
      { code: 1, out: '', err: `${done}: La tarea ya terminó` },
      { code: 1, out: '', err: `${accepted}: Una confirmación aceptada no se cancela` },
      { code: 1, out: '', err: '00000000-0000-0000-0000-000000000000: Tarea no encontrada' },
    ]);
    const { database, queues } = platform.logistica.container;
    await database.unitOfWork.write((tx) =>
      tx.deleteFrom('outbox').where('task_id', '=', accepted).execute(),
    );
    await queues.queue('logistica').drain();
    await control('resume logistica');
  });
});

/** Tasks of `logistica` that no worker has taken yet, the next one first. */
async function nextInLine(): Promise<string[]> {
  const { queues } = JSON.parse((await inspect('reserved --json')).out) as {
    queues: { queue: string; next: { task_id: string }[] }[];
  };
  return queues.find(({ queue }) => queue === 'logistica')!.next.map(({ task_id }) => task_id);
}

describe('a worker in a process of its own', () => {
  test('when it hangs, then it is named within 2 s, and the others answer', { timeout: 40_000 }, async () => {
    const { child, id } = await spawnWorker();
    child.kill('SIGSTOP');
    const { code, out, err, ms } = await inspect('ping --json');
    const { workers, not_answering } = JSON.parse(out) as Answered<unknown>;
    expect([code, err, not_answering]).toEqual([0, `No responden: ${id}`, [id]]);
    expect(workers.map(({ worker }) => worker)).toEqual(ids());
    expect(ms).toBeLessThan(PROMISED);

    const alone = await inspect(`stats --worker ${id}`);
    expect([alone.code, alone.out, alone.err]).toEqual([1, '', `No responden: ${id}`]);
    const told = await control('concurrency 4 --queue monitor');
    expect([told.code, told.err]).toEqual([1, `No responden: ${id}`]);

    // Its heartbeat runs out; its connection still tells who it is.
    await platform.redis!.operator.del(WORKER_KEY_PREFIX + id);
    expect((await inspect('ping')).err).toBe(`No responden: ${id}`);
    child.kill('SIGCONT');
    await until(async () => (await inspect('ping')).err === '');
  });

  test('when it is told to stop, then it ends by itself with code 0', { timeout: 40_000 }, async () => {
    const { child, id } = await spawnWorker();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    expect((await control(`shutdown --worker ${id}`)).code).toBe(0);
    expect(await exited).toBe(0);
    expect((await asked('ping')).workers.map(({ worker }) => worker)).toEqual(ids());
  });
});

describe('where the platform is', () => {
  test('when nothing runs with that DATA_DIR, then it is named with the remedy', async () => {
    const { code, out, err } = await inspect('ping', { DATA_DIR: '/no/existe' });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('DATA_DIR=/no/existe');
    expect(err).toContain('npm start');
  });

  test('when it is a container, then REDIS_URL and SECRETS_DIR are enough', async () => {
    const { REDIS_URL, SECRETS_DIR } = platform.env('worker');
    const { code } = await inspect('ping', {
      DATA_DIR: '/no/existe',
      REDIS_URL: REDIS_URL!,
      SECRETS_DIR: SECRETS_DIR!,
    });
    expect(code).toBe(0);
  });

  test('when Redis is down or belongs to another platform, then it is told within 2 s', async () => {
    const down = await inspect('stats', { DATA_DIR: platform.dataDir, REDIS_URL: 'redis://127.0.0.1:9' });
    expect([down.code, down.out]).toEqual([1, '']);
    expect(down.err).toContain('Redis no responde en 127.0.0.1:9 (ECONNREFUSED)');
    expect(down.ms).toBeLessThan(PROMISED);
    const REDIS_URL = 'redis+sentinel://127.0.0.1:9,127.0.0.1:8/mymaster';
    const unwatched = await inspect('stats', { DATA_DIR: platform.dataDir, REDIS_URL });
    expect(unwatched.err).toContain(
      'Redis no responde en 127.0.0.1:9, 127.0.0.1:8 (ningún centinela dice dónde está el maestro)',
    );
    const other = await startPlatform();
    const refused = await control('pause all', {
      DATA_DIR: platform.dataDir,
      REDIS_URL: other.env('worker')['REDIS_URL']!,
    });
    await other.close();
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('es el Redis de otra plataforma');
    expect(refused.err).not.toContain(platform.redisPassword);
  });

  test('when Redis hangs, then it is told within 2 s', async () => {
    platform.redis!.pause();
    const answers = await Promise.all([inspect('ping'), inspect('reserved'), control('pause all')]);
    platform.redis!.resume();
    for (const { code, out, err, ms } of answers) {
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain('Redis no responde');
      expect(ms).toBeLessThan(PROMISED);
    }
    await until(async () => (await inspect('ping')).code === 0);
  });

  test('when no worker runs, then that is an error; the queues answer all the same', async () => {
    const empty = await startPlatform();
    writeRedisAddress(empty.dataDir, empty.env('worker')['REDIS_URL']!);
    const env = { DATA_DIR: empty.dataDir };
    const [ping, scheduled, shutdown, reserved, pause] = [
      await inspect('ping', env),
      await inspect('scheduled', env),
      await control('shutdown', env),
      await inspect('reserved', env),
      await control('pause all', env),
    ];
    await empty.close();
    for (const { code, err } of [ping, scheduled, shutdown])
      expect([code, err]).toEqual([1, 'No hay ningún worker en marcha']);
    expect([reserved.code, pause.code]).toEqual([0, 0]);
  });
});

describe('the command line', () => {
  test.each([
    ['inspect', '', 'Falta la orden: active, reserved, scheduled, registered, stats, ping, conf'],
    ['inspect', 'pingg', 'npm run inspect no conoce la orden pingg; use active, reserved'],
    ['inspect', 'ping --jsn', 'No hay ninguna opción --jsn'],
    ['inspect', 'ping --worker', '--worker va con un valor'],
    ['inspect', 'ping extra', 'ping: sobra extra'],
    ['inspect', 'reserved --worker x', 'reserved no admite --worker'],
    ['inspect', 'constructor', 'npm run inspect no conoce la orden constructor'],
    ['control', 'pause', 'pause: falta <cola|all>'],
    ['control', 'pause nada', 'No hay ninguna cola nada; las hay: default, logistica, monitor'],
    ['control', 'concurrency 0', 'concurrency: 0 no es un número de 1 a 500'],
    ['control', 'concurrency 2.5', 'concurrency: 2.5 no es un número de 1 a 500'],
    ['control', 'concurrency 501', 'concurrency: 501 no es un número de 1 a 500'],
    ['control', 'concurrency 2 --queue x', 'No hay ninguna cola x'],
    ['control', 'cancel', 'cancel: falta <task_id>'],
    ['control', 'shutdown --queue logistica', 'shutdown no admite --queue'],
  ])(
    'when it is wrong (%o %s), then it is told before anything is connected, exit code 2',
    async (name, args, told) => {
      const { code, out, err } = await (name === 'inspect' ? inspect : control)(args, {
        DATA_DIR: '/no/existe',
      });
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(told);
      expect(err).toMatch(/Ayuda: npm run (inspect|control) -- --help$/);
    },
  );

  test('when help is asked for, then every command is in it', async () => {
    const [asking, telling] = [await inspect('--help', {}), await control('pause --help', {})];
    expect([asking.code, telling.code]).toEqual([0, 0]);
    for (const name of ['active', 'reserved', 'scheduled', 'registered', 'stats', 'ping', 'conf'])
      expect(asking.out).toContain(`  ${name} `);
    for (const name of ['pause', 'resume', 'concurrency', 'shutdown', 'cancel'])
      expect(telling.out).toContain(`  ${name} `);
  });
});
