import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseBusy } from './database-busy.ts';

const RETRY_MS = 100;
const TELL_MS = 10_000;

/**
 * For the start: repeats `attempt` for as long as another process keeps the database for itself, however long that is.
 * Says so on standard error, and to the launcher, which then goes on waiting as well.
 */
export async function whileBusy<T>(name: string, attempt: () => Promise<T>): Promise<T> {
  let told = -Infinity;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      // Nor for a launcher that is gone: the next one starts a process of its own.
      const isOrphan = process.send !== undefined && !process.connected;
      if (isOrphan || !(error instanceof DatabaseBusy)) throw error;
    }
    if (performance.now() - told >= TELL_MS) {
      told = performance.now();
      process.stderr.write(`otro proceso tiene ocupada ${name}; se espera a que termine\n`);
      process.send?.({ type: 'waiting' });
    }
    await delay(RETRY_MS);
  }
}
