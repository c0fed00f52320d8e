/** What a worker tells about itself, and what `GET /monitor/workers` shows. */
import { z } from 'zod';

const activeTask = z.object({
  task_id: z.string(),
  name: z.string(),
  started: z.iso.datetime().describe('ISO 8601, UTC'),
});

const workerState = z.object({
  /** Unique per process and start, such as `host-4711-9f3a`. */
  id: z.string().min(1).max(200),
  host: z.string(),
  pid: z.int(),
  queues: z.array(z.string()),
  /** Jobs it runs at the same time, all queues together. */
  concurrency: z.int(),
  /** Since it started. */
  processed: z.int().describe('Trabajos terminados desde que arrancó'),
  failed: z.int().describe('Intentos fallidos desde que arrancó'),
  active: z.array(activeTask),
  rss: z.number().describe('Bytes'),
  event_loop_lag_ms: z.number(),
  uptime: z.number().describe('Segundos'),
  status: z.enum(['active', 'idle', 'stopping']),
  /** The fault switches it runs with. */
  faults: z.object({ FAULT_RATE: z.number(), FAULT_LATENCY_MS: z.number() }),
});

export type WorkerState = z.output<typeof workerState>;

export const liveWorker = workerState.extend({ last_seen: z.iso.datetime().describe('ISO 8601, UTC') });

/** A worker that was heard of within the last `HEARTBEAT_TTL_MS`. */
export type LiveWorker = z.output<typeof liveWorker>;
