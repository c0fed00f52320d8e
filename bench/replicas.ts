/** `npm run bench -- --replicas L,W`: confirming with one process of each, and with more of them on the same database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { portVariable, SERVICES } from '@medisupply/shared/services';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import type { PostgresServer } from '@medisupply/shared/testing/postgres-server';
import { startPostgres } from '@medisupply/shared/testing/postgres-server';
import { until } from '@medisupply/shared/testing/until';
import { ROOT } from '../tests/launcher/launch.ts';
import { createCeilings } from './ceilings.ts';
import { startChild } from './child.ts';
import { confirm } from './confirming.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { startSubject } from './subject.ts';

const CONFIRMED_PER_SECOND = 500;
const RATES = [100, 300];
/** An open loop is looked at for longer: its tail is what counts. */
const OPEN_LOOP = 4;
const PATIENCE = 30_000;

export interface Replicas {
  logistica: number;
  workers: number;
}

interface Replica {
  name: string;
  pid: number;
  origin: string;
  end(): Promise<void>;
}

/** On the default database, and with `postgres` on a PostgreSQL server as well, in the same run. */
export async function measureReplicas(
  wanted: Replicas,
  { seconds, postgres }: { seconds: number; postgres: boolean },
): Promise<Result[]> {
  const results: Result[] = [];
  const report = (result: Result) => {
    results.push(result);
    process.stderr.write(`· ${result.name}: ${Math.round(result.perSecond)}/s\n`);
  };
  const generator = await startChild('load/generator.ts');
  const server = postgres ? await startPostgres({ durable: true }) : undefined;
  try {
    await measureOn({ generator, report, seconds }, postgres ? { logistica: 1, workers: 1 } : wanted);
    if (server) await measureOn({ generator, report, seconds }, wanted, server);
  } finally {
    await server?.stop();
    await generator.close();
  }
  return results;
}

/** The first process of each is the platform's own; the others are started as it was, on ports of their own. */
async function measureOn(
  { generator, report, seconds }: Pick<Run, 'generator' | 'report' | 'seconds'>,
  { logistica, workers }: Replicas,
  server?: PostgresServer,
): Promise<void> {
  const subject = await startSubject(server && { DATABASE_URL: server.urlOf('postgres') });
  const replicas: Replica[] = [];
  const ceilings = createCeilings(subject, generator, { seconds, report });
  const run: Run = { subject, generator, ceilings, report, seconds };
  const measure = async (label: string) => {
    const origins = [
      subject.at('logistica-inventario'),
      ...replicas.filter(({ name }) => name.startsWith('logistica')).map(({ origin }) => origin),
    ];
    const pids = new Map([
      ...subject.platform.pids(),
      ...replicas.map(({ name, pid }) => [name, pid] as const),
      ...(server ? [['postgres', server.pid()] as const] : []),
    ]);
    const confirmed = (rate?: number) =>
      confirm(
        run,
        `confirmar, ${rate === undefined ? '32 conexiones' : `${rate}/s`}, ${server ? 'PostgreSQL' : 'SQLite'}, ${label}`,
        rate === undefined ? CONFIRMED_PER_SECOND * seconds : rate * seconds * OPEN_LOOP,
        rate,
        { origins, pids },
      );
    await confirmed();
    for (const rate of RATES) report(await confirmed(rate));
    report(await confirmed());
  };
  try {
    await measure('uno de cada');
    if (logistica + workers === 2) return;
    for (let n = 2; n <= logistica; n += 1)
      replicas.push(await startReplica(subject.platform.pids(), 'logistica-inventario', n));
    for (let n = 2; n <= workers; n += 1)
      replicas.push(await startReplica(subject.platform.pids(), 'worker', n));
    await measure(`${logistica} logistica, ${workers} worker`);
  } finally {
    for (const replica of replicas) await replica.end();
    await subject.close();
  }
}

async function startReplica(pids: ReadonlyMap<string, number>, name: string, n: number): Promise<Replica> {
  const first = String(pids.get(name));
  const parts = (file: string) => readFileSync(`/proc/${first}/${file}`, 'utf8').split('\0').filter(Boolean);
  const [command = process.execPath, ...args] = parts('cmdline');
  const service = SERVICES.find((known) => known.name === name);
  const port = await freePort();
  const env = Object.fromEntries(
    parts('environ').map((entry) => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]),
  );
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...env, [service ? portVariable(service) : 'WORKER_PORT']: String(port) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${origin}/health`).catch(() => undefined))?.ok === true, PATIENCE);
  return {
    name: `${name} ${n}`,
    pid: child.pid ?? 0,
    origin,
    async end() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
