/** A platform on a Redis of several nodes, with every client that it has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildApp as buildBoard } from '@medisupply/bull-board/app';
import { readConfig as readBoardConfig } from '@medisupply/bull-board/config';
import { createContainer as createBoard } from '@medisupply/bull-board/create-container';
import { redisKey } from '@medisupply/shared/redis/keys';
import type { RedisSet } from '@medisupply/shared/testing/redis-set';
import type { SseClient } from '@medisupply/shared/testing/sse-client';
import { openSseClient } from '@medisupply/shared/testing/sse-client';
import { runControl } from '@medisupply/worker/operator/control';
import { runInspect } from '@medisupply/worker/operator/inspect';
import { expect } from 'vitest';
import { frontDoorConfig } from '../../frontend/front-door/src/config.ts';
import { buildApp as buildFrontDoor } from '../../frontend/front-door/src/app.ts';
import type { ControlledWorker } from '../../worker/test/support.ts';
import { startControlled } from '../../worker/test/support.ts';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged, Courier } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';
import { silent, startMonitor } from '../monitor/support.ts';
import type { Platform } from '../support/platform.ts';
import { serve, startPlatform, until } from '../support/platform.ts';

export interface Replicated<Set extends RedisSet> {
  set: Set;
  platform: Platform;
  worker: ControlledWorker;
  /** Whether anybody logged this. */
  logged(text: string): boolean;
  /** Confirms so many, and waits until all that was ever acknowledged is applied: once, with its own data. */
  deliver(count: number, faults?: Readonly<Record<number, () => unknown>>): Promise<void>;
  /**
   * The master dies during 1,000 confirmations with what its replicas never had: whether another one took over, and
   * whether it was noticed that jobs were gone.
   */
  outliveMaster(): Promise<{ isAnother: boolean; missedJobs: boolean }>;
  /** Those clients of Redis that do not get what only Redis can answer. */
  brokenClients(): Promise<string[]>;
  close(): Promise<void>;
}

/** So slow a worker that much waits in Redis when something happens to it. */
export const SLOWLY = { NODE_ENV: 'test', WORKER_CONCURRENCY: '1', FAULT_LATENCY_MS: '50' };

const IN_FLIGHT = 24;
const APPLIED_WITHIN = 60_000;

export async function startReplicated<Set extends RedisSet>(
  start: (users: string) => Promise<Set>,
  env: Record<string, string> = {},
): Promise<Replicated<Set>> {
  let set: Set | undefined;
  const platform = await startPlatform({
    redis: async (users) => (set = await start(users)),
    autorizador: true,
    env,
  });
  const worker = await startControlled(platform);
  const monitor = await startMonitor(platform);
  const board = await openBoard(platform);
  const door = buildFrontDoor({
    config: frontDoorConfig({
      ...platform.env('front-door'),
      MONITOR_URL: monitor.url,
    }),
    logger: silent,
    isStopping: () => false,
  });
  const gateway = await serve(door.app);
  const courier = await createCourier(gateway.url, 'mensajera');
  const admin = { authorization: `Bearer ${platform.token({ id: 1, roles: ['Admin'] })}` };
  const stream = await openSseClient(`${gateway.url}/api/v1/monitor/eventos`, admin);
  const acknowledged: Acknowledged[] = [];
  let round = 0;

  async function ask(path: string): Promise<Record<string, unknown>> {
    return (await (await fetch(`${gateway.url}/api/v1${path}`, { headers: admin })).json()) as Record<
      string,
      unknown
    >;
  }

  const replicated: Replicated<Set> = {
    set: set!,
    platform,
    worker,
    logged: (text) => platform.logs.some((line) => line.includes(text)),
    async deliver(count, faults = {}) {
      const struck: unknown[] = [];
      const done = await deliverMany(courier, {
        count,
        inFlight: IN_FLIGHT,
        label: `tanda-${(round += 1)}`,
        onAcknowledged: (total) => struck.push(faults[total]?.()),
      });
      await Promise.all(struck);
      acknowledged.push(...done);
      await until(async () => (await waiting(platform.dataDir)) === 0, APPLIED_WITHIN);
      expect(courier.failures).toEqual([]);
      expect(await check(platform.dataDir, acknowledged)).toEqual({
        acknowledged: acknowledged.length,
        applied: acknowledged.length,
        lost: [],
        twice: [],
        wrong: [],
        integrity: 'ok',
      });
    },
    async outliveMaster() {
      const first = await replicated.set.master();
      await replicated.deliver(1_000, {
        // Not long before: one that heard nothing for ten seconds is not let take over.
        350: () => replicated.set.cutReplicas(),
        400: () => {
          first.process.kill('SIGKILL');
          worker.consumers.setConcurrency('logistica', 64);
        },
      });
      return {
        isAnother: (await replicated.set.master()).port !== first.port,
        missedJobs: replicated.logged('Redis perdió trabajos; se envían de nuevo'),
      };
    },
    async brokenClients() {
      const lived = await livesToSee(courier, stream);
      acknowledged.push(lived);
      const terminal = { env: operatorEnv(platform), out: () => undefined, err: () => undefined };
      const { operator } = await set!.master();
      const clients: Record<string, () => Promise<unknown>> = {
        'monitor: estado': () =>
          expect
            .poll(() => ask('/monitor/status'))
            .toMatchObject({ redis: { status: 'connected', ping: true } }),
        'monitor: workers': () =>
          expect.poll(() => ask('/monitor/workers')).toMatchObject({ workers: [{ id: worker.id }] }),
        'monitor: colas': () =>
          expect
            .poll(() => ask('/monitor/queue'))
            .toMatchObject({ queues: { logistica: { waiting: 0, status: 'idle' } } }),
        'Bull Board': () =>
          expect.poll(() => board.status(`/api/queues/logistica/${lived.task_id}-0-0`)).toBe(200),
        // By the control channel, which the worker subscribes to.
        'inspect ping': () => expect.poll(() => runInspect(['ping'], terminal)).toBe(0),
        'inspect stats': () => expect.poll(() => runInspect(['stats'], terminal)).toBe(0),
        'control pause': () => expect.poll(() => runControl(['pause', 'logistica'], terminal)).toBe(0),
        'control resume': () => expect.poll(() => runControl(['resume', 'logistica'], terminal)).toBe(0),
        'autorizador: límites': async () => {
          await failedLogin(gateway.url);
          await expect.poll(() => operator.keys(redisKey('login:*'))).not.toEqual([]);
        },
      };
      const broken: string[] = [];
      for (const [name, works] of Object.entries(clients))
        await works().catch((error: unknown) => broken.push(`${name}: ${String(error)}`));
      return broken;
    },
    async close() {
      stream.close();
      await gateway.close();
      door.close();
      await board.close();
      await monitor.close();
      await worker.close();
      await platform.close();
    },
  };
  return replicated;
}

/** A delivery whose application comes over a stream that was opened before anything happened. */
async function livesToSee(courier: Courier, stream: SseClient): Promise<Acknowledged> {
  const done = await courier.deliver('en-vivo');
  await stream.received(
    ({ name, data }) =>
      name === 'entrega' && data['entrega_id'] === done.entrega_id && data['tipo'] === 'aplicada',
    15_000,
  );
  return done;
}

const operatorEnv = (platform: Platform): Record<string, string> => {
  const { DATA_DIR, SECRETS_DIR, REDIS_URL, REDIS_SENTINEL_PASSWORD_FILE } = platform.env('worker');
  return {
    DATA_DIR: DATA_DIR!,
    SECRETS_DIR: SECRETS_DIR!,
    REDIS_URL: REDIS_URL!,
    ...(REDIS_SENTINEL_PASSWORD_FILE ? { REDIS_SENTINEL_PASSWORD_FILE } : {}),
  };
};

const failedLogin = (base: string) =>
  fetch(`${base}/api/v1/autorizador/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nombre: 'nadie', contrasena: 'no es la suya' }),
  });

async function openBoard(platform: Platform) {
  const container = await createBoard(readBoardConfig(platform.env('bull-board')), { logger: silent });
  const { url, close } = await serve(buildBoard(container));
  const contrasena = await readFile(join(platform.dataDir, 'secrets/admin_contrasena'), 'utf8');
  const login = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nombre: 'admin', contrasena: contrasena.trim() }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return {
    status: async (path: string) => (await fetch(url + path, { headers: { cookie } })).status,
    async close() {
      await close();
      await container.close();
    },
  };
}
