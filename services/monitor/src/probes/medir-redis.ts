import type { Redis } from 'ioredis';
import { withDeadline } from '@medisupply/shared/queueing/wire/queue-client';
import type { EstadoRedis } from '@medisupply/shared/contracts/monitor/estado';
import { REDIS_DEADLINE } from './ask-redis.ts';
import type { Probes } from './probes.ts';

export interface MedicionRedis {
  estado: EstadoRedis;
  /** How many keys there are; null when Redis did not answer. */
  claves: number | null;
  /** Fields of INFO, for the stored series. */
  info: ReadonlyMap<string, string>;
}

/** Asks Redis for PING, INFO and DBSIZE. Never rejects: no answer is `disconnected`. */
export async function medirRedis({ queues }: Pick<Probes, 'queues'>): Promise<MedicionRedis> {
  try {
    return await withDeadline(preguntar(queues.redis), REDIS_DEADLINE);
  } catch {
    return {
      estado: {
        status: 'disconnected',
        ping: false,
        response_time_ms: null,
        version: null,
        aof: null,
        maxmemory_policy: null,
      },
      claves: null,
      info: new Map(),
    };
  }
}

async function preguntar(redis: Redis): Promise<MedicionRedis> {
  const started = performance.now();
  const pong = await redis.ping();
  const ms = performance.now() - started;
  const [text, claves] = await Promise.all([redis.info(), redis.dbsize()]);
  const info = parseInfo(text);
  const aof = info.get('aof_enabled');
  return {
    estado: {
      status: 'connected',
      ping: pong === 'PONG',
      response_time_ms: Math.round(ms * 100) / 100,
      version: info.get('redis_version') ?? null,
      aof: aof === undefined ? null : aof === '1',
      maxmemory_policy: info.get('maxmemory_policy') ?? null,
    },
    claves,
    info,
  };
}

function parseInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}
