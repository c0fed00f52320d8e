import type { Redis } from 'ioredis';
import type { KeySet } from '@medisupply/shared/security/key-set';
import type { Logger } from '@medisupply/shared/logging/logger';
import {
  createRevocationList,
  publishRevocations,
  REVOCATION_LIFETIME_MS,
  signRevocation,
} from '@medisupply/shared/security/revocations';
import type { Revocation, RevocationList } from '@medisupply/shared/security/revocations';
import type { Claves } from '../claves/claves.ts';
import type { AutorizadorDatabase } from '../database.ts';
import { listRevocadosDesde } from './usuarios.repository.ts';

const REPEAT_MS = 5_000;
const KEPT = 10_000;

/** This process's revocations: known here at once, and told to the others through Redis. */
export interface Revocaciones {
  isRevoked: RevocationList['isRevoked'];
  /** Returns at once. */
  publish(revocation: Revocation): void;
  close(): void;
}

/**
 * The database remembers what was revoked; every 5 s the recent ones are published again, so that a revocation made
 * while Redis was down, or forgotten by it, arrives once Redis is back.
 */
export async function createRevocaciones(options: {
  db: AutorizadorDatabase;
  redis: Redis;
  keySet: KeySet;
  claves: Pick<Claves, 'tokenKey'>;
  logger: Logger;
  now: () => number;
  repeatMs?: number;
}): Promise<Revocaciones> {
  const { db, redis, keySet, claves, logger, now, repeatMs = REPEAT_MS } = options;
  const list = createRevocationList({ redis, findTokenKey: keySet.findTokenKey, logger, now });
  const recent = () => listRevocadosDesde(db.read, now() - REVOCATION_LIFETIME_MS);
  for (const revocation of await recent()) list.add(revocation);

  /** As they were signed first: each repetition replaces the one before it. */
  const members = new Map<string, string>();
  function signed(revocation: Revocation): string {
    const key = claves.tokenKey();
    const id = `${revocation.usuario_id}:${revocation.token_version}:${key.kid}`;
    const member = members.get(id) ?? signRevocation(revocation, key);
    members.delete(id);
    members.set(id, member);
    if (members.size > KEPT) members.delete(members.keys().next().value ?? '');
    return member;
  }

  let running = false;
  async function publishRecent(): Promise<void> {
    if (running) return;
    running = true;
    try {
      const revocations = await recent();
      // Another process may have written them: `npm run admin`.
      for (const revocation of revocations) list.add(revocation);
      await publishRevocations(redis, revocations.map(signed), now());
    } catch (error) {
      // Redis is away, which its connection has already reported; the next round repeats it.
      logger.debug({ err: error }, 'revocaciones sin publicar');
    } finally {
      running = false;
    }
  }
  const timer = setInterval(() => void publishRecent(), repeatMs).unref();

  return {
    isRevoked: list.isRevoked,
    publish(revocation) {
      list.add(revocation);
      publishRevocations(redis, [signed(revocation)], now()).catch(() => undefined);
    },
    close() {
      clearInterval(timer);
      list.close();
    },
  };
}
