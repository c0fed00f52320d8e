/** A monitor with real Redis and files; small HTTP servers take the place of the other services. */
import { vi } from 'vitest';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import { byUrlVariable } from '@medisupply/shared/services';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { closeServer, urlOf } from '@medisupply/shared/testing/fake-service';
import { databasesOf } from '@medisupply/shared/testing/test-database';
import type { WorkerState } from '@medisupply/shared/queueing/control/heartbeat';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Container } from '../src/container.ts';
import { createContainer } from '../src/create-container.ts';

export const silent = () => createLogger('test', { level: 'silent' });

export interface Monitor {
  container: Container;
  url: string;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: unknown; ms: number }>;
  close(): Promise<void>;
}

export async function startMonitor(data: DataDir, env: NodeJS.ProcessEnv): Promise<Monitor> {
  const config = readConfig({
    DATA_DIR: data.path,
    SECRETS_DIR: data.secrets('monitor'),
    LOG_LEVEL: 'silent',
    ...(await databasesOf(data.path)),
    ...byUrlVariable(() => NOWHERE),
    ...env,
    ...(env['REDIS_URL'] ? { REDIS_URL: asRedisUser(env['REDIS_URL'], 'monitor') } : {}),
  });
  const container = await createContainer(config, { logger: silent() });
  const server = await listen(buildApp(container), 0, '127.0.0.1', 'MONITOR_PORT');
  const url = urlOf(server);
  return {
    container,
    url,
    async get(path, headers = { authorization: `Bearer ${data.token()}` }) {
      const started = performance.now();
      const response = await fetch(url + path, { headers });
      const body: unknown = await response.json();
      return { status: response.status, body, ms: performance.now() - started };
    },
    async close() {
      await closeServer(server);
      await container.close();
    },
  };
}

/** Resolves when the monitor has found its Redis. */
export const connected = (monitor: Monitor): Promise<void> =>
  vi.waitFor(
    () => {
      if (!monitor.container.queues.isConnected()) throw new Error('Redis not reached yet');
    },
    { timeout: 5_000 },
  );

/** An address where nobody listens: the port is reserved and not served. */
export const NOWHERE = 'http://127.0.0.1:1';

export const workerState = (overrides: Partial<WorkerState> = {}): WorkerState => ({
  id: 'host-1',
  host: 'host',
  pid: 4711,
  queues: ['default', 'logistica', 'monitor'],
  concurrency: 4,
  processed: 10,
  failed: 2,
  active: [],
  rss: 90_000_000,
  event_loop_lag_ms: 2.5,
  uptime: 60,
  status: 'idle',
  faults: { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
  ...overrides,
});
