import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.ts';

/**
 * When a user's roles or state change, autorizador raises the user's `token_version` and publishes it here;
 * every verifier polls it into memory and refuses older access tokens. A sorted set, scored by the time of
 * publication (ms), member `<usuario_id>:<token_version>`; entries outlive the tokens they refuse. Polls read the
 * whole set: it holds twenty minutes of an administrator's work, and clocks need not agree.
 */
export const REVOCATIONS_KEY = 'medisupply:revocations';
export const REVOCATION_LIFETIME_MS = 20 * 60_000;
const POLL_MS = 2_000;

export interface Revocation {
  usuario_id: number;
  token_version: number;
}

type RevocationsRedis = Pick<Redis, 'zrange' | 'multi' | 'status' | 'on' | 'off'>;

/** Publishes; harmless when repeated. Rejects when Redis does not answer: the caller repeats it later. */
export async function publishRevocations(
  redis: RevocationsRedis,
  revocations: readonly Revocation[],
  now = Date.now(),
): Promise<void> {
  if (revocations.length === 0) return;
  const members = revocations.flatMap(({ usuario_id, token_version }) => [
    now,
    `${usuario_id}:${token_version}`,
  ]);
  const results = await redis
    .multi()
    .zadd(REVOCATIONS_KEY, ...members)
    .zremrangebyscore(REVOCATIONS_KEY, '-inf', now - REVOCATION_LIFETIME_MS)
    .pexpire(REVOCATIONS_KEY, REVOCATION_LIFETIME_MS)
    .exec();
  const failed = results?.find(([error]) => error)?.[0];
  if (failed) throw failed;
}

export interface RevocationList {
  /** From memory: true when that user's tokens of this version are refused. */
  isRevoked: (usuario_id: number, token_version: number) => boolean;
  /** Applies one directly, in the process that made it. */
  add: (revocation: Revocation) => void;
  /** Reads them now. Never throws; false while Redis is away (what is known stays known). */
  poll: () => Promise<boolean>;
  close: () => void;
}

export interface RevocationListOptions {
  /** Should fail fast: no offline queue, a command timeout. */
  redis: RevocationsRedis;
  logger: Pick<Logger, 'warn' | 'info'>;
  pollMs?: number;
  now?: () => number;
}

/** Starts polling at once. */
export function createRevocationList(options: RevocationListOptions): RevocationList {
  const { redis, logger, pollMs = POLL_MS, now = Date.now } = options;
  const oldest = new Map<number, { token_version: number; learned: number }>();
  let running: Promise<boolean> | undefined;
  let failing = false;

  function add({ usuario_id, token_version }: Revocation): void {
    const known = oldest.get(usuario_id);
    if (known && known.token_version >= token_version) return;
    oldest.set(usuario_id, { token_version, learned: now() });
  }

  async function read(): Promise<boolean> {
    // While it is not connected, its connection reports the outage.
    if (redis.status !== 'ready') return false;
    let found: string[];
    try {
      found = await redis.zrange(REVOCATIONS_KEY, 0, -1);
    } catch (error) {
      if (!failing)
        logger.warn(
          { reason: String(error) },
          'no se pueden leer las revocaciones; se conservan las conocidas',
        );
      failing = true;
      return false;
    }
    if (failing) logger.info('revocaciones leídas de nuevo');
    failing = false;
    for (const member of found) {
      const match = /^(\d{1,16}):(\d{1,16})$/.exec(member);
      if (match) add({ usuario_id: Number(match[1]), token_version: Number(match[2]) });
    }
    for (const [usuario_id, { learned }] of oldest) {
      if (now() - learned > REVOCATION_LIFETIME_MS) oldest.delete(usuario_id);
    }
    return true;
  }

  const poll = (): Promise<boolean> => {
    running ??= read().finally(() => (running = undefined));
    return running;
  };
  const pollNow = () => void poll();
  const timer = setInterval(pollNow, pollMs).unref();
  redis.on('ready', pollNow);
  pollNow();

  return {
    isRevoked: (usuario_id, token_version) => token_version < (oldest.get(usuario_id)?.token_version ?? 0),
    add,
    poll,
    close() {
      clearInterval(timer);
      redis.off('ready', pollNow);
    },
  };
}
