import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from '../logging/logger.ts';
import type { SignatureKey } from './delivery-signature.ts';
import { parseJwks, publicKeyOf } from './jwks.ts';
import type { ProofJwk, PublicJwk } from './jwks.ts';
import { versionOf } from './secret-file.ts';

/**
 * The public keys a process verifies with. Starts from set-up's file, which no process of the platform can write, so that
 * verifying never waits for autorizador, and follows that file and autorizador's JWKS while it runs. It keeps no copy: who
 * could write that could sign for anybody at the next start.
 */
export interface KeySet {
  /** Ed25519 key for delivery signatures, and when it is good. */
  findSignatureKey: (kid: string) => SignatureKey | undefined;
  /** P-256 key for access tokens; undefined once it was revoked. */
  findTokenKey: (kid: string) => KeyObject | undefined;
  /** True while no key at all is known. */
  isEmpty: () => boolean;
  /** Asks autorizador now; false when there was no good answer (the set then stays as it is). Never throws. */
  refresh: () => Promise<boolean>;
  /**
   * For a kid that is not known: looks at set-up's file, and refreshes at most every 10 s, every second while no key is
   * known at all, however often it is called. True when it is known afterwards.
   */
  refreshForUnknownKid: (kid: string) => Promise<boolean>;
  close: () => void;
}

export interface KeySetOptions {
  /** `jwks.json` of set-up. */
  setupFile?: string;
  /** The JWKS document, parsed but not trusted; rejects when there is none. Must give up by itself within seconds. */
  fetchJwks?: () => Promise<unknown>;
  /** Milliseconds between refreshes. */
  refreshMs?: number;
  /** Called when keys that were known are good no more. */
  onWithdrawn?: () => void;
  logger: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
}

const UNKNOWN_KID_INTERVAL_MS = 10_000;
const EMPTY_INTERVAL_MS = 1_000;
const FIRST_REFRESH_MS = 5_000;
/** How often set-up's file is looked at: `npm run keys` replaces it. */
const LOOK_MS = 1_000;

export function createKeySet(options: KeySetOptions): KeySet {
  const { setupFile, fetchJwks, logger, refreshMs = 5 * 60_000, now = Date.now } = options;
  let keys = NO_KEYS;
  let setupVersion = '';
  let running: Promise<boolean> | undefined;
  let lastUnknownKid = Number.NEGATIVE_INFINITY;
  let failing = false;
  let closed = false;

  lookAtSetup();
  const timer = fetchJwks ? setInterval(() => void refresh(), refreshMs).unref() : undefined;
  const looking = setupFile ? setInterval(lookAtSetup, LOOK_MS).unref() : undefined;
  // The processes start together: with keys from the disk there is no hurry, and autorizador may need a moment.
  const first = fetchJwks
    ? setTimeout(() => void refresh(), isEmpty() ? 0 : FIRST_REFRESH_MS).unref()
    : undefined;

  function isEmpty(): boolean {
    return keys.signature.size === 0 && keys.token.size === 0;
  }

  /** @returns whether the file was replaced by a good one since the last look */
  function lookAtSetup(): boolean {
    const version = setupFile ? versionOf(setupFile) : '';
    if (!setupFile || version === setupVersion) return false;
    setupVersion = version;
    return use(readKeys(setupFile));
  }

  function use(published: readonly PublicJwk[] | undefined): boolean {
    if (!published) return false;
    const before = keys;
    keys = toKeys(published, before);
    if (hasWithdrawn(before, keys, now())) options.onWithdrawn?.();
    return true;
  }

  function readKeys(path: string): PublicJwk[] | undefined {
    if (versionOf(path) === '') return undefined;
    try {
      const published = parseJwks(JSON.parse(readFileSync(path, 'utf8')));
      published.forEach(publicKeyOf);
      return published;
    } catch (error) {
      logger.warn({ err: error, path }, 'el archivo de claves públicas no es válido');
      return undefined;
    }
  }

  function refresh(): Promise<boolean> {
    running ??= fetchAndReplace().finally(() => (running = undefined));
    return running;
  }

  async function fetchAndReplace(): Promise<boolean> {
    if (!fetchJwks || closed) return false;
    let published: PublicJwk[];
    try {
      lookAtSetup();
      const asked = setupVersion;
      published = parseJwks(await fetchJwks());
      if (closed) return false;
      // Replaced meanwhile: the answer may be older than the file.
      if (setupFile && versionOf(setupFile) !== asked) published = parseJwks(await fetchJwks());
      use(published);
    } catch (error) {
      if (!failing)
        logger.warn(
          { reason: String(error) },
          'no se pudieron actualizar las claves públicas; se conservan las conocidas',
        );
      failing = true;
      return false;
    }
    if (failing) logger.info('claves públicas actualizadas de nuevo');
    failing = false;
    return true;
  }

  return {
    findSignatureKey: (kid) => keys.signature.get(kid),
    findTokenKey: (kid) => goodTokenKey(keys, kid, now()),
    isEmpty,
    refresh,
    async refreshForUnknownKid(kid) {
      const isKnown = () => keys.signature.has(kid) || keys.token.has(kid);
      if (isKnown() || (lookAtSetup() && isKnown())) return true;
      if (running === undefined) {
        const interval = isEmpty() ? EMPTY_INTERVAL_MS : UNKNOWN_KID_INTERVAL_MS;
        if (now() - lastUnknownKid < interval) return false;
        lastUnknownKid = now();
      }
      await refresh();
      return isKnown();
    },
    close() {
      closed = true;
      clearTimeout(first);
      clearInterval(timer);
      clearInterval(looking);
    },
  };
}

/** The set of one process that needs neither files nor refreshing: autorizador's own. */
export function ownKeySet(published: () => PublishedKeys): KeySet {
  let last: PublishedKeys | undefined;
  let keys = NO_KEYS;
  const current = (): Keys => {
    const latest = published();
    if (latest !== last) keys = toKeys(latest, keys);
    last = latest;
    return keys;
  };
  return {
    findSignatureKey: (kid) => current().signature.get(kid),
    findTokenKey: (kid) => goodTokenKey(current(), kid, Date.now()),
    isEmpty: () => published().length === 0,
    refresh: () => Promise.resolve(true),
    refreshForUnknownKid: () => Promise.resolve(false),
    close: () => undefined,
  };
}

export const fixedKeySet = (published: PublishedKeys): KeySet => ownKeySet(() => published);

/** Those of proofs, which verify nothing else, are passed over. */
type PublishedKeys = readonly (PublicJwk | ProofJwk)[];

interface TokenKey {
  key: KeyObject;
  /** ms UTC */
  revoked: number;
}

interface Keys {
  signature: ReadonlyMap<string, SignatureKey>;
  token: ReadonlyMap<string, TokenKey>;
  /** When each was revoked (seconds): what was learnt once stays, whatever an older document says. */
  revoked: ReadonlyMap<string, number>;
}

const NO_KEYS: Keys = { signature: new Map(), token: new Map(), revoked: new Map() };

const goodTokenKey = ({ token }: Keys, kid: string, now: number): KeyObject | undefined => {
  const found = token.get(kid);
  return found && now < found.revoked ? found.key : undefined;
};

/** Key objects are kept while their key stays the same, so that others may cache by identity. */
function toKeys(published: PublishedKeys, before: Keys): Keys {
  const revoked = new Map(before.revoked);
  const signature = new Map<string, SignatureKey>();
  const token = new Map<string, TokenKey>();
  for (const jwk of published) {
    const known = before.signature.get(jwk.kid) ?? before.token.get(jwk.kid);
    const made = publicKeyOf(jwk);
    const key = known?.key.equals(made) ? known.key : made;
    const since = Math.min(jwk.revoked ?? Infinity, revoked.get(jwk.kid) ?? Infinity);
    if (since !== Infinity) revoked.set(jwk.kid, since);
    if (jwk.alg === 'ES256') token.set(jwk.kid, { key, revoked: since * 1000 });
    else if (jwk.use === 'sig')
      signature.set(jwk.kid, {
        key,
        ...(jwk.nbf === undefined ? {} : { nbf: jwk.nbf }),
        ...(jwk.exp === undefined ? {} : { exp: jwk.exp }),
        ...(since === Infinity ? {} : { revoked: since }),
      });
  }
  return { signature, token, revoked };
}

/** Whether a token key of before is not good any more. */
const hasWithdrawn = (before: Keys, after: Keys, now: number): boolean =>
  [...before.token.keys()].some((kid) => goodTokenKey(before, kid, now) && !goodTokenKey(after, kid, now));
