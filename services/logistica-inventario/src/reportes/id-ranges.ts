import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Runs `read` over `[from, to]` in steps of `size` ids and lets the event loop turn in between: SQLite reads block it,
 * and other jobs run in the same process.
 */
export async function overIdRanges(
  range: { from: number; to: number; size: number; signal: AbortSignal },
  read: (first: number, last: number) => Promise<void>,
  onProgress: (fraction: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const total = Math.max(1, range.to - range.from + 1);
  for (let first = range.from; first <= range.to; first += range.size) {
    range.signal.throwIfAborted();
    const last = Math.min(first + range.size - 1, range.to);
    await read(first, last);
    await onProgress((last - range.from + 1) / total);
    await nextTurn();
  }
}
