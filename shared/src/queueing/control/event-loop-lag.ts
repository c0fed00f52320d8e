import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

export interface EventLoopLag {
  /** How late timers fired since the last reading: 99th percentile (ms). */
  read(): number;
  /** The same, and the next reading still begins where the last one ended. */
  peek(): number;
  close(): void;
}

/** Measures by a timer of 20 ms; what it reports is the delay beyond that. */
export function createEventLoopLag(): EventLoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const peek = () => {
    // Without a sample yet, percentile() is not a measurement.
    const ms = histogram.count === 0 ? RESOLUTION_MS : histogram.percentile(99) / 1e6;
    return Math.round(Math.max(0, ms - RESOLUTION_MS) * 10) / 10;
  };
  return {
    peek,
    read() {
      const lag = peek();
      histogram.reset();
      return lag;
    },
    close: () => void histogram.disable(),
  };
}
