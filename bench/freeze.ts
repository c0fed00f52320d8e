/** Many who wait on new connections while a process stands still, and how soon the last of them is answered afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { measure } from './measure.ts';
import { resultOf } from './result.ts';
import type { Run } from './run.ts';

const WAITING = 500;
/** Shorter than what its supervisor takes for dead (ms). */
const STANDS_STILL = 5_000;

/** Latencies count from the moment at which the process goes on. */
export async function measureFreeze({ subject, generator, report }: Run): Promise<void> {
  const load = {
    origin: subject.at('logistica-inventario'),
    requests: await subject.confirmations(WAITING),
    connections: WAITING,
  };
  const pids = subject.platform.pids();
  const pid = pids.get('logistica-inventario')!;
  process.kill(pid, 'SIGSTOP');
  const measuring = measure(generator, load, pids, { expected: 202, settled: subject.settled });
  await delay(STANDS_STILL);
  process.kill(pid, 'SIGCONT');
  const cost = await measuring;
  const { p50, p99, p999, max } = cost.latency;
  const [from50, from99, from999, fromMax] = [p50, p99, p999, max].map((ms) =>
    Math.max(0, ms - STANDS_STILL),
  );
  report({
    ...resultOf('plataforma', `${WAITING} conexiones nuevas tras una parada`, cost),
    latency: { p50: from50!, p99: from99!, p999: from999!, max: fromMax! },
  });
}
