import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import { databaseWork } from '../db/database-work.ts';
import { createEventLoopLag } from '../queueing/control/event-loop-lag.ts';
import { registerGauge } from './gauge.ts';

const DATABASE_WORK: Readonly<Record<keyof typeof databaseWork, string>> = {
  statements: 'SQL statements run, without those that begin and end transactions',
  commits: 'Transactions that wrote to a database',
};

/** Names as prom-client's own collector has them; that one cannot be stopped, so each test would leave its timers. */
export function registerProcessMetrics(registry: Registry): { close(): void } {
  const lag = createEventLoopLag();
  let cpu = 0;
  registry.registerMetric(
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'User and system CPU time spent',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        const now = (user + system) / 1e6;
        this.inc(now - cpu);
        cpu = now;
      },
    }),
  );
  for (const [what, help] of Object.entries(DATABASE_WORK))
    registry.registerMetric(
      new Counter({
        name: `medisupply_db_${what}_total`,
        help,
        registers: [],
        collect() {
          this.reset();
          this.inc(databaseWork[what as keyof typeof databaseWork]);
        },
      }),
    );
  registerGauge(registry, {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    read: () => process.memoryUsage.rss(),
  });
  registerGauge(registry, {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Used heap',
    read: () => process.memoryUsage().heapUsed,
  });
  registerGauge(registry, {
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'How late timers fired since the last scrape, 99th percentile',
    read: () => lag.read() / 1_000,
  });
  registerGauge(registry, {
    name: 'process_start_time_seconds',
    help: 'When the process started, seconds since the epoch',
    read: () => Math.round(performance.timeOrigin / 1_000),
  });
  return { close: () => lag.close() };
}
