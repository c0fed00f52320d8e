import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.ts';
import { redisKey } from '../redis/keys.ts';
import { MAX_TOKEN_VERSION } from './access-token.ts';

/**
 * When a user's roles or state change, autorizador raises the user's `token_version` and publishes it here;
 * every verifier polls it into memory and refuses older access tokens. A sorted set, scored by the time of
 * publication (ms), member `<usuario_id>:<token_version>:<kid>:<signature>`; entries outlive the tokens they refuse. Polls
 * read the whole set: it holds twenty minutes of an administrator's work, and clocks need not agree.
 *
 * They are signed with autorizador's token key, and believed while that key is: whoever can write into Redis, or was given
 * a key to read what is there, shuts nobody out.
 */
export const REVOCATIONS_KEY = redisKey('revocations');
export const REVOCATION_LIFETIME_MS = 20 * 60_000;
const POLL_MS = 2_000;

export interface Revocation {
  usuario_id: number;
  token_version: number;
}

type RevocationsRedis = Pick<Redis, 'zrange' | 'multi' | 'status' | 'on' | 'off'>;

/** A revocation as it stands in the set. ECDSA signs the same thing differently each time: to be kept for repeating it. */
export function signRevocation(
  { usuario_id, token_version }: Revocation,
  { kid, privateKey }: { kid: string; privateKey: KeyObject },
): string {
  const signature = sign('sha256', signedBytes({ usuario_id, token_version }), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${usuario_id}:${token_version}:${kid}:${signature.toString('base64url')}`;
}

/** Cannot be taken for a token, which begins with its header in base64url. */
const signedBytes = ({ usuario_id, token_version }: Revocation): Buffer =>
  Buffer.from(`revocacion:${usuario_id}:${token_version}`);

/** Publishes; harmless when repeated. Rejects when Redis does not answer: the caller repeats it later. */
export async function publishRevocations(
  redis: RevocationsRedis,
  signed: readonly string[],
  now = Date.now(),
): Promise<void> {
  if (signed.length === 0) return;
  const members = signed.flatMap((member) => [now, member]);
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
  /** autorizador's token keys. */
  findTokenKey: (kid: string) => KeyObject | undefined;
  logger: Pick<Logger, 'warn' | 'info'>;
  pollMs?: number;
  now?: () => number;
}

const MEMBER = /^(\d{1,16}):(\d{1,16}):([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{86})$/;

interface SignedRevocation extends Revocation {
  kid: string;
}

/** The revocation that autorizador signed; undefined for anything else. */
function openRevocation(
  member: string,
  findTokenKey: RevocationListOptions['findTokenKey'],
): SignedRevocation | undefined {
  const [, usuario, version, kid = '', signature = ''] = MEMBER.exec(member) ?? [];
  const revocation = { usuario_id: Number(usuario), token_version: Number(version) };
  if (!(revocation.token_version <= MAX_TOKEN_VERSION)) return undefined;
  const key = findTokenKey(kid);
  if (!key) return undefined;
  const isGenuine = verify(
    'sha256',
    signedBytes(revocation),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return isGenuine ? { ...revocation, kid } : undefined;
}

/** Starts polling at once. */
export function createRevocationList(options: RevocationListOptions): RevocationList {
  const { redis, findTokenKey, logger, pollMs = POLL_MS, now = Date.now } = options;
  /** By user; without a kid those that this process made. */
  const oldest = new Map<number, { token_version: number; learned: number; kid?: string }>();
  /** Members that were verified: most polls find nothing else. */
  let verified = new Map<string, SignedRevocation>();
  let running: Promise<boolean> | undefined;
  let failing = false;

  function add({ usuario_id, token_version, kid }: Revocation & { kid?: string }): void {
    const known = oldest.get(usuario_id);
    if (known && known.token_version >= token_version) return;
    oldest.set(usuario_id, { token_version, learned: now(), ...(kid === undefined ? {} : { kid }) });
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
    // What a key revoked that was itself revoked since may be a thief's: it shuts nobody out any longer.
    for (const [usuario_id, { learned, kid }] of oldest) {
      const isOver = now() - learned > REVOCATION_LIFETIME_MS;
      if (isOver || (kid !== undefined && !findTokenKey(kid))) oldest.delete(usuario_id);
    }
    const before = verified;
    verified = new Map();
    for (const member of found) {
      const known = before.get(member);
      const revocation = known && findTokenKey(known.kid) ? known : openRevocation(member, findTokenKey);
      if (!revocation) continue;
      verified.set(member, revocation);
      add(revocation);
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
