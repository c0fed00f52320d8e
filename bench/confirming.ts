/** The path that everything serves, the naive way of it, and what its parts can do, interleaved in one run. */
import { CEILINGS } from './ceilings.ts';
import { perOperation, workAlone } from './database-work.ts';
import { measure } from './measure.ts';
import { startNaive } from './naive/naive.ts';
import type { Result } from './result.ts';
import { resultOf } from './result.ts';
import type { Run } from './run.ts';
import { CONNECTIONS } from './run.ts';
import { percentiles } from './load/percentiles.ts';

export interface ConfirmingOptions {
  /** Confirmations of the closed loop. */
  count: number;
  /** Of each open loop. */
  rates: readonly number[];
  seconds: number;
}

export const CONFIRMING = 'confirmar, 32 conexiones';
/** Of the confirmations of the closed loop, so many more are made before. */
const WARM_UP = 0.1;
const ALONE = 21;
/** An open loop needs one for each request that is late. */
const CONNECTIONS_OPEN = 256;

const shape = (rate: number | undefined) =>
  rate === undefined ? { connections: CONNECTIONS } : { connections: CONNECTIONS_OPEN, rate };

export async function measureConfirming(
  run: Run,
  { count, rates, seconds }: ConfirmingOptions,
): Promise<void> {
  const { subject, generator, ceilings, report } = run;
  const naive = await startNaive(
    subject.jwksFile,
    (await subject.newestId()) +
      2 * (ALONE + 3 * count) +
      rates.reduce((sum, rate) => sum + 2 * rate, 0) * seconds,
  );
  let sent = 0;
  const warmUp = Math.round(count * WARM_UP);
  const confirmNaively = async (name: string, requests: number, rate?: number) => {
    const load = {
      origin: naive.origin,
      requests: await subject.confirmations(requests),
      ...shape(rate),
    };
    sent += requests;
    const settled = () => naive.applied(sent);
    return resultOf('ingenua', name, await measure(generator, load, naive.pids, { expected: 202, settled }));
  };

  try {
    await confirm(run, 'calentamiento', warmUp);
    await confirmNaively('calentamiento', warmUp);
    const origin = subject.at('logistica-inventario');
    const alone = await workAlone(subject, origin, await subject.confirmations(ALONE));
    report({ ...(await confirm(run, CONFIRMING, count)), alone, ceiling: CEILINGS.accept });
    report(await confirmNaively(CONFIRMING, count));
    for (const ceiling of ['accept', 'verify', 'body', 'bare'] as const) await ceilings.measure(ceiling);
    for (const rate of rates) {
      report(await confirm(run, `confirmar, ${rate}/s`, rate * seconds, rate));
      report(await confirmNaively(`confirmar, ${rate}/s`, rate * seconds, rate));
    }
    for (const ceiling of ['each', 'grouped', 'drain'] as const) await ceilings.measure(ceiling);
  } finally {
    await naive.close();
  }
}

/** So many confirmations, until the last of them is applied; by more processes than the platform's own, if told which. */
export async function confirm(
  { subject, generator }: Run,
  name: string,
  requests: number,
  rate?: number,
  by?: { origins: string[]; pids: ReadonlyMap<string, number> },
): Promise<Result> {
  const load = {
    origin: by?.origins ?? subject.at('logistica-inventario'),
    requests: await subject.confirmations(requests),
    ...shape(rate),
  };
  const before = await subject.databaseWork();
  const started = Date.now();
  const cost = await measure(generator, load, by?.pids ?? subject.platform.pids(), {
    expected: 202,
    settled: subject.settled,
  });
  const applied = await subject.appliedSince(started);
  const lost = cost.operations - applied.length;
  return {
    ...resultOf('plataforma', name, cost),
    failures: { ...cost.failures, ...(lost > 0 ? { 'sin aplicar': lost } : {}) },
    applied: percentiles(applied),
    // Those of other processes are not asked for their counters.
    ...(by ? {} : { database: perOperation(before, await subject.databaseWork(), cost.operations) }),
  };
}
