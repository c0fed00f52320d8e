import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { onPostgres } from '@medisupply/shared/testing/test-database';
import { Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { cancelarTarea } from '@medisupply/logistica-inventario/tareas/controlar-tarea';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import { createLogger } from '@medisupply/shared/logging/logger';
import { failTask } from '@medisupply/shared/queueing/store/task-store';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import type { TaskHandler } from '@medisupply/shared/queueing/handler';
import { pingLogistica } from '@medisupply/shared/tasks/monitor';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { createControlListener } from '@medisupply/shared/queueing/control/control-channel';
import type { Platform } from '../../tests/support/platform.ts';
import { NOWHERE, startPlatform, until } from '../../tests/support/platform.ts';
import { createCancellations } from '../src/cancellations.ts';
import type { BoundHandler } from '../src/executor.ts';
import { createJobRunner } from '../src/run-job.ts';
import { createSuspectRunner } from '../src/suspects.ts';
import { accept, jobOf, tareaOf } from './support.ts';

let platform: Platform;
const logger = createLogger('prueba', { level: 'silent' });

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

const admin = {
  kind: 'user',
  usuario_id: 1,
  nombre: 'admin',
  roles: ['Admin'],
  token_version: 1,
  jti: '',
  exp: 0,
} as const;

interface Attempt {
  handle: TaskHandler['handle'];
  task?: Partial<TaskDeclaration>;
  /** Source of the program that runs suspects. */
  suspectProgram?: string;
  silenceMs?: number;
}

/** A consumer of the queue `monitor` whose ping task is handled by `handle`. */
function consume({ handle, task, suspectProgram = '', silenceMs = 5_000 }: Attempt) {
  const { database, config } = platform.logistica.container;
  const address = { REDIS_URL: platform.redis!.url, password: platform.redisPassword };
  const program = join(platform.dataDir, `sospechosa-${Math.random()}.ts`);
  writeFileSync(program, suspectProgram);
  const control = createControlListener({
    address,
    redis: platform.redis!.operator,
    workerId: 'prueba',
    queueKey: () => config.secrets.QUEUE_KEY,
    logger,
  });
  const cancellations = createCancellations(control);
  const logistica = createServiceClient({ name: 'logistica', baseUrl: NOWHERE, timeoutMs: 500, logger });
  const bound: BoundHandler = {
    handler: { task: { ...pingLogistica, ...task }, handle },
    context: undefined,
  };
  const runJob = createJobRunner({
    database,
    handlers: new Map([[pingLogistica.name, bound]]),
    queueKeys: { current: () => config.secrets.QUEUE_KEY, replaced: () => [] },
    logistica,
    cancellations,
    runSuspect: createSuspectRunner({ program, worker: 'prueba', silenceMs, pauseMs: 50, logger }),
    onDead: async (tx, taskId, motivo) => {
      await failTask(tx, taskId, { estado: 'FAILURE', error: motivo, evento: 'muerta', now: Date.now() });
    },
    logger,
    worker: 'prueba',
  });
  const connection = connectForBlocking(address, logger);
  const worker = new Worker('monitor', runJob, { connection, prefix: QUEUE_PREFIX, concurrency: 4 });
  return {
    runJob,
    async close() {
      await worker.close();
      connection.disconnect();
      control.close();
      await logistica.close();
    },
  };
}

const ended = (taskId: string) => async () => (await tareaOf(platform, taskId)).terminada !== null;

test('when a handler keeps to its signal, then a task over its time limit has failed and says so', async () => {
  const consumer = consume({
    task: { timeLimit: 200, retry: { via: 'queue', max: 1 } },
    handle: async (_params, run) => {
      await delay(10_000, undefined, { signal: run.signal });
      return null;
    },
  });
  const taskId = await accept(platform, pingLogistica);
  await until(ended(taskId));
  expect(await tareaOf(platform, taskId)).toMatchObject({
    estado: 'FAILURE',
    error: 'Superó su límite de 0.2 s',
  });
  await consumer.close();
});

test(
  'when a handler ignores its signal, then the task has failed all the same',
  { timeout: 15_000 },
  async () => {
    let release = () => {};
    const consumer = consume({
      task: { timeLimit: 200, retry: { via: 'queue', max: 1 } },
      handle: () =>
        new Promise((resolve) => {
          release = () => resolve(null);
        }),
    });
    const taskId = await accept(platform, pingLogistica);
    await until(ended(taskId));
    expect((await tareaOf(platform, taskId)).estado).toBe('FAILURE');
    release();
    await consumer.close();
  },
);

test('when a task takes its time, then it shows STARTED with its progress, and SUCCESS with its result', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const consumer = consume({
    handle: async (_params, run) => {
      await run.progress(40);
      await finished;
      return { hecho: true };
    },
  });
  const taskId = await accept(platform, pingLogistica);
  await until(async () => (await tareaOf(platform, taskId)).estado === 'STARTED');
  expect(await tareaOf(platform, taskId)).toMatchObject({ progreso: 40, terminada: null });
  finish();
  await until(ended(taskId));
  expect(await tareaOf(platform, taskId)).toMatchObject({
    estado: 'SUCCESS',
    progreso: 100,
    resultado: expect.stringMatching(/^{"timestamp":".+","worker":"prueba","hecho":true}$/),
  });
  await consumer.close();
});

// PostgreSQL has no lock that keeps all writers out; there, a server that is away is the same (tests/faults).
test.skipIf(onPostgres)(
  'when the database is busy for longer than a write waits, then no attempt is used up, of whatever outcome',
  { timeout: 40_000 },
  async () => {
    const { queues, database } = platform.logistica.container;
    const [good, bad] = [await accept(platform, pingLogistica), await accept(platform, pingLogistica)];
    await until(async () => (await queues.queue('monitor').getWaitingCount()) === 2);
    const holder = new Database(database.name);
    holder.exec('BEGIN IMMEDIATE');
    const consumer = consume({
      task: { retry: { via: 'queue', max: 1 } },
      handle: (_params, run) =>
        run.task_id === good ? Promise.resolve('bien') : Promise.reject(new Error('no hubo suerte')),
    });
    const held = performance.now();
    await until(() => performance.now() - held > 11_000, 15_000);
    holder.close();
    await until(async () => (await tareaOf(platform, good)).estado === 'SUCCESS', 15_000);
    expect((await jobOf(platform, 'monitor', good)).attemptsStarted).toBe(1);
    await until(ended(bad), 15_000);
    expect((await jobOf(platform, 'monitor', bad)).attemptsStarted).toBe(1);
    await consumer.close();
  },
);

test('when a running task is cancelled, then its signal fires and it ends as REVOKED', async () => {
  let aborted: unknown;
  const consumer = consume({
    handle: async (_params, run) => {
      await delay(10_000, undefined, { signal: run.signal }).catch((error: unknown) => {
        aborted = error;
        throw error;
      });
      return null;
    },
  });
  const taskId = await accept(platform, pingLogistica);
  await until(async () => (await tareaOf(platform, taskId)).estado === 'STARTED');
  await cancelarTarea(platform.logistica.container, taskId, admin);
  await until(() => aborted !== undefined);
  expect(await tareaOf(platform, taskId)).toMatchObject({
    estado: 'REVOKED',
    error: 'Cancelada por usuario:1',
  });
  await consumer.close();
});

test('when a task throws, then it shows RETRY, and FAILURE after its last attempt', async () => {
  let attempts = 0;
  const consumer = consume({
    task: { retry: { via: 'queue', max: 1 } },
    handle: () => {
      attempts += 1;
      return Promise.reject(new Error('no hubo suerte'));
    },
  });
  const taskId = await accept(platform, pingLogistica);
  await until(ended(taskId));
  expect(attempts).toBe(1);
  expect(await tareaOf(platform, taskId)).toMatchObject({ estado: 'FAILURE', error: 'no hubo suerte' });
  await consumer.close();
});

test('when the parameters are not what the task takes any more, then it is refused for good, and visibly', async () => {
  let handled = 0;
  const consumer = consume({
    task: { params: z.strictObject({ nuevo: z.int() }) },
    handle: () => {
      handled += 1;
      return Promise.resolve(null);
    },
  });
  const taskId = await accept(platform, pingLogistica);
  await until(ended(taskId));
  expect(await tareaOf(platform, taskId)).toMatchObject({
    estado: 'FAILURE',
    error: expect.stringContaining('nuevo'),
  });
  await until(async () => (await jobOf(platform, 'monitor', taskId)).returnvalue === 'REFUSED');
  expect(handled).toBe(0);
  await consumer.close();
});

/** A job as BullMQ hands it over after its worker died under it `deaths` times. */
const afterDeaths = (job: Job, deaths: number): Job =>
  Object.assign(Object.create(Object.getPrototypeOf(job) as object) as Job, job, {
    attemptsStarted: deaths + 1,
    attemptsMade: 0,
  });

/** A program that begins with its task, and then does this. */
const begun = (then: string) =>
  `process.once("message", () => process.send({ type: "started" }, () => { ${then} }));`;

const suspects: [string, string, RegExp][] = [
  ['ends its process', begun('process.exit(7)'), /código 7/],
  ['is killed', begun('process.kill(process.pid, "SIGKILL")'), /SIGKILL/],
  ['loops for ever', begun('for (;;);'), /SIGKILL/],
  [
    'runs out of memory',
    begun('const hoard = []; for (;;) hoard.push(new Array(1e6).fill(Math.random()))'),
    /SIGABRT|SIGKILL|código/,
  ],
];

test.each(suspects)(
  'when a suspect %s even alone, then it is dead and its worker lives',
  async (_, suspectProgram, reason) => {
    const consumer = consume({
      handle: () => Promise.resolve('no se ejecuta aquí'),
      suspectProgram,
      silenceMs: 4_000,
    });
    const { job, taskId } = await pausedJob();
    expect(await consumer.runJob(afterDeaths(job, 3))).toBe('DEAD');
    const tarea = await tareaOf(platform, taskId);
    expect(tarea.estado).toBe('FAILURE');
    expect(tarea.error).toMatch(reason);
    await consumer.close();
  },
);

test("when a suspect's process is killed once, then it runs alone again, and succeeds", async () => {
  const died = join(platform.dataDir, 'murio-una-vez');
  const consumer = consume({
    handle: () => Promise.reject(new Error('no se ejecuta aquí')),
    suspectProgram: `import { existsSync, writeFileSync } from 'node:fs';
      ${begun(`
        if (existsSync(${JSON.stringify(died)})) return process.send({ type: 'done', result: 'a la segunda' }, () => process.exit(0));
        writeFileSync(${JSON.stringify(died)}, '');
        process.kill(process.pid, 'SIGKILL');
      `)}`,
  });
  const { job } = await pausedJob();
  expect(await consumer.runJob(afterDeaths(job, 3))).toBe('a la segunda');
  await consumer.close();
});

test("when a suspect's process cannot begin, then that says nothing about the task, which waits", async () => {
  const { queues } = platform.logistica.container;
  const queue = queues.queue('monitor');
  await queue.pause();
  const taskId = await accept(platform, pingLogistica);
  const jobId = `${taskId}-0-0`;
  await until(async () => (await queue.getJob(jobId)) !== undefined);
  await queues.redis.hset(`${QUEUE_PREFIX}:monitor:${jobId}`, 'ats', 3);
  const consumer = consume({
    handle: () => Promise.reject(new Error('no se ejecuta aquí')),
    suspectProgram: 'process.exit(1);',
  });
  await queue.resume();
  await until(async () => (await queues.jobState('monitor', jobId)) === 'delayed');
  const job = await jobOf(platform, 'monitor', taskId);
  expect(job).toMatchObject({ attemptsStarted: 4, attemptsMade: 0 });
  expect(await tareaOf(platform, taskId)).toMatchObject({ estado: 'PENDING', error: null });
  await job.remove();
  await consumer.close();
});

test('when an innocent neighbour is suspected, then it runs alone and succeeds', async () => {
  const consumer = consume({
    handle: () => Promise.reject(new Error('no se ejecuta aquí')),
    suspectProgram: `process.once('message', () => { process.send({ type: 'started' }); process.send({ type: 'done', result: 'solo' }, () => process.exit(0)); });`,
  });
  const { job } = await pausedJob();
  expect(await consumer.runJob(afterDeaths(job, 3))).toBe('solo');
  await consumer.close();
});

test('when a suspect is cancelled while it runs alone, then its process ends and it stays REVOKED', async () => {
  const consumer = consume({
    handle: () => Promise.resolve('no se ejecuta aquí'),
    suspectProgram: `import { writeFileSync } from 'node:fs';
      process.once('message', ({ task_id }) => {
        writeFileSync(${JSON.stringify(`${platform.dataDir}/pid-`)} + task_id, String(process.pid));
        setInterval(() => process.send({ type: 'beat' }), 50);
      });`,
  });
  const { job, taskId } = await pausedJob();
  const running = consumer.runJob(afterDeaths(job, 3));
  const pidFile = join(platform.dataDir, `pid-${taskId}`);
  await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
  await cancelarTarea(platform.logistica.container, taskId, admin);
  expect(await running).toBe('ENDED');
  expect((await tareaOf(platform, taskId)).estado).toBe('REVOKED');
  expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
  await consumer.close();
});

test('when its worker died under it twice, then it still runs in the worker', async () => {
  const consumer = consume({ handle: () => Promise.resolve('aquí'), suspectProgram: 'process.exit(1);' });
  const { job } = await pausedJob();
  expect(await consumer.runJob(afterDeaths(job, 2))).toBe('aquí');
  await consumer.close();
});

/** A job that no consumer takes. */
async function pausedJob(): Promise<{ job: Job; taskId: string }> {
  const queue = platform.logistica.container.queues.queue('monitor');
  await queue.pause();
  const taskId = await accept(platform, pingLogistica);
  await until(async () => (await queue.getJob(`${taskId}-0-0`)) !== undefined);
  const job = await jobOf(platform, 'monitor', taskId);
  await job.remove();
  await queue.resume();
  return { job, taskId };
}

test('when the event loop is blocked, then the watchdog kills the process', async () => {
  const program = join(platform.dataDir, 'bloqueada.ts');
  const watchdog = join(import.meta.dirname, '../src/watchdog.ts');
  writeFileSync(
    program,
    `import { startWatchdog } from ${JSON.stringify(watchdog)}; startWatchdog(1_000); setTimeout(() => { for (;;); }, 200);`,
  );
  const child = fork(program, { silent: true });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
});

test('when the clock is set forward, then the watchdog kills nobody', async () => {
  const program = join(platform.dataDir, 'adelantada.ts');
  const watchdog = join(import.meta.dirname, '../src/watchdog.ts');
  writeFileSync(
    program,
    `import { startWatchdog } from ${JSON.stringify(watchdog)};
    startWatchdog(3_000);
    setTimeout(() => { const end = performance.now() + 1_200; while (performance.now() < end); }, 700);
    setTimeout(() => process.exit(0), 3_500);`,
  );
  // In all threads: an hour later while the loop is blocked for a moment.
  const clock = `const now = Date.now; const end = now() + 1_000; Date.now = () => now() + (now() > end ? 3_600_000 : 0);`;
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  const [code, signal] = (await once(fork(program, { execArgv }), 'exit')) as [number | null, string | null];
  expect([code, signal]).toEqual([0, null]);
});
