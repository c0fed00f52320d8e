/** The path that everything serves, the naive way of it, and what its parts can do, interleaved in one run. */
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import type { Percentiles } from './load/load.ts';
import { measure } from './measure.ts';
import { startNaive } from './naive/naive.ts';
import { startRedis } from './redis.ts';
import type { Result } from './result.ts';
import { resultOf } from './result.ts';
import type { DatabaseWork, Subject } from './subject.ts';

export interface ConfirmingOptions {
  /** Confirmations of the closed loop. */
  count: number;
  /** Of each open loop. */
  rates: readonly number[];
  seconds: number;
  report: (result: Result) => void;
}

const CONNECTIONS = 32;
const WARM_UP = 500;
const DRAINED = 10_000;

export async function measureConfirming(
  subject: Subject,
  generator: Child,
  { count, rates, seconds, report }: ConfirmingOptions,
): Promise<void> {
  const pids = subject.platform.pids();
  const origin = `http://127.0.0.1:${subject.platform.ports['logistica-inventario']}`;

  const confirm = async (name: string, requests: number, rate?: number) => {
    const load = {
      origin,
      requests: await subject.confirmations(requests),
      connections: rate === undefined ? CONNECTIONS : 256,
      ...(rate === undefined ? {} : { rate }),
    };
    const before = await subject.databaseWork();
    const started = Date.now();
    const cost = await measure(generator, load, pids, { expected: 202, settled: subject.settled });
    const applied = subject.appliedSince(started);
    if (applied.length !== requests) throw new Error(`${applied.length} of ${requests} were applied`);
    return {
      ...resultOf('plataforma', name, cost),
      applied: percentiles(applied),
      database: perOperation(before, await subject.databaseWork(), requests),
    };
  };

  const naive = await startNaive(
    subject.jwksFile,
    subject.newestId() + WARM_UP + 2 * count + seconds * 1_000,
  );
  try {
    let sent = 0;
    const confirmNaively = async (name: string, requests: number, rate?: number) => {
      const load = {
        origin: naive.origin,
        requests: await subject.confirmations(requests),
        connections: rate === undefined ? CONNECTIONS : 256,
        ...(rate === undefined ? {} : { rate }),
      };
      sent += requests;
      const settled = () => naive.applied(sent);
      return resultOf(
        'ingenua',
        name,
        await measure(generator, load, naive.pids, { expected: 202, settled }),
      );
    };

    await confirm('calentamiento', WARM_UP);
    await confirmNaively('calentamiento', WARM_UP);
    report(await confirm('confirmar, 32 conexiones', count));
    report(await confirmNaively('confirmar, 32 conexiones', count));
    for (const rate of rates) {
      report(await confirm(`confirmar, ${rate}/s`, rate * seconds, rate));
      report(await confirmNaively(`confirmar, ${rate}/s`, rate * seconds, rate));
    }
  } finally {
    await naive.close();
  }
}

/** What one process of Express, SQLite and BullMQ can do at most. */
export async function measureCeilings(
  subject: Subject,
  generator: Child,
  seconds: number,
  report: (result: Result) => void,
): Promise<void> {
  const bare = { method: 'GET', path: '/', headers: {} } as const;
  const requests = await subject.confirmations(1_000);
  for (const [level, name, sent] of [
    ['bare', 'Express solo', [bare]],
    ['body', 'Express, cuerpo y validación', requests],
    ['verify', 'lo mismo, y la firma', requests],
  ] as const) {
    const server = await startChild('parts/http-server.ts', [level, subject.jwksFile]);
    const origin = `http://127.0.0.1:${(server.ready as { port: number }).port}`;
    const load = { origin, requests: [...sent], connections: CONNECTIONS };
    const expected = level === 'bare' ? 200 : 202;
    const pids = new Map([['servicio', server.pid]]);
    await measure(generator, { ...load, seconds: 0.5 }, pids, { expected });
    report(resultOf('techos', name, await measure(generator, { ...load, seconds }, pids, { expected })));
    await server.close();
  }

  const sqlite = await startChild('parts/sqlite-commits.ts');
  const { each, grouped } = await sqlite.ask<Record<'each' | 'grouped', { rows: number; cpu: number }>>('go');
  await sqlite.close();
  for (const [name, { rows, cpu }] of [
    ['SQLite, un commit por fila', each],
    ['SQLite, un commit cada 32 filas', grouped],
  ] as const)
    report({ group: 'techos', name, perSecond: rows, cpu, cpuEach: { proceso: cpu } });

  const redis = await startRedis();
  const drain = await startChild('parts/drain.ts', [String(redis.port)]);
  const { perSecond, cpu } = await drain.ask<{ perSecond: number; cpu: number }>(DRAINED);
  await drain.close();
  await redis.close();
  report({ group: 'techos', name: 'BullMQ, tareas vacías', perSecond, cpu, cpuEach: { proceso: cpu } });
}

function percentiles(values: readonly number[]): Percentiles {
  const at = percentilesOf(values);
  return { p50: at(0.5) ?? 0, p99: at(0.99) ?? 0, p999: at(0.999) ?? 0, max: at(1) ?? 0 };
}

function perOperation(
  before: Readonly<Record<string, DatabaseWork>>,
  after: Readonly<Record<string, DatabaseWork>>,
  operations: number,
): DatabaseWork {
  const sum = (what: keyof DatabaseWork) =>
    Object.entries(after).reduce((all, [name, work]) => all + work[what] - (before[name]?.[what] ?? 0), 0) /
    operations;
  return { statements: sum('statements'), commits: sum('commits') };
}
