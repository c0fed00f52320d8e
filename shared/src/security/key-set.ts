import type { KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../logging/logger.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { parseJwks, publicKeyOf } from './jwks.ts';
import type { PublicJwk } from './jwks.ts';

/**
 * The public keys a process verifies with. Starts from what set-up or an earlier run left on disk, so that
 * verifying never waits for autorizador, and follows autorizador's JWKS while it runs.
 */
export interface KeySet {
  /** Ed25519 key for delivery signatures. */
  findSignatureKey: (kid: string) => KeyObject | undefined;
  /** P-256 key for access tokens. */
  findTokenKey: (kid: string) => KeyObject | undefined;
  /** True while no key at all is known. */
  isEmpty: () => boolean;
  /** Asks autorizador now; false when there was no good answer (the set then stays as it is). Never throws. */
  refresh: () => Promise<boolean>;
  /**
   * For a kid that is not known: refreshes at most every 10 s, every second while no key is known at all, however often
   * it is called. True when it is known afterwards.
   */
  refreshForUnknownKid: (kid: string) => Promise<boolean>;
  close: () => void;
}

export interface KeySetOptions {
  /** `jwks.json` of set-up. */
  setupFile?: string;
  /** Where the last good answer of autorizador is kept. */
  cacheFile?: string;
  /** The JWKS document, parsed but not trusted; rejects when there is none. Must give up by itself within seconds. */
  fetchJwks?: () => Promise<unknown>;
  /** Milliseconds between refreshes. */
  refreshMs?: number;
  logger: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
}

interface Keys {
  signature: Map<string, KeyObject>;
  token: Map<string, KeyObject>;
  /** By kid, to recognise keys that did not change. */
  jwks: Map<string, string>;
}

const UNKNOWN_KID_INTERVAL_MS = 10_000;
const EMPTY_INTERVAL_MS = 1_000;
const FIRST_REFRESH_MS = 5_000;

export function createKeySet(options: KeySetOptions): KeySet {
  const { setupFile, cacheFile, fetchJwks, logger, refreshMs = 5 * 60_000, now = Date.now } = options;
  let keys: Keys = { signature: new Map(), token: new Map(), jwks: new Map() };
  let running: Promise<boolean> | undefined;
  let lastUnknownKid = Number.NEGATIVE_INFINITY;
  let failing = false;
  let closed = false;

  loadFromDisk();
  const timer = fetchJwks ? setInterval(() => void refresh(), refreshMs).unref() : undefined;
  // The processes start together: with keys from the disk there is no hurry, and autorizador may need a moment.
  const first = fetchJwks
    ? setTimeout(() => void refresh(), isEmpty() ? 0 : FIRST_REFRESH_MS).unref()
    : undefined;

  function isEmpty(): boolean {
    return keys.signature.size === 0 && keys.token.size === 0;
  }

  function loadFromDisk(): void {
    // The newer file wins: set-up rewrites its file when keys are rotated or withdrawn.
    const files = [setupFile, cacheFile].flatMap((path) =>
      path ? [{ path, written: modifiedAt(path) }] : [],
    );
    for (const { path, written } of files.toSorted((a, b) => b.written - a.written)) {
      if (written === 0) continue;
      try {
        keys = toKeys(parseJwks(JSON.parse(readFileSync(path, 'utf8'))), keys);
        return;
      } catch (error) {
        logger.warn({ err: error, path }, 'el archivo de claves públicas no es válido');
      }
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
      published = parseJwks(await fetchJwks());
      if (closed) return false;
      keys = toKeys(published, keys);
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
    writeCache(published);
    return true;
  }

  function writeCache(published: PublicJwk[]): void {
    if (!cacheFile) return;
    const contents = `${JSON.stringify({ keys: published }, null, 2)}\n`;
    try {
      mkdirSync(dirname(cacheFile), { recursive: true });
      if (modifiedAt(cacheFile) === 0 || readFileSync(cacheFile, 'utf8') !== contents)
        writeFileAtomic(cacheFile, contents, 0o600);
    } catch (error) {
      logger.warn({ err: error, path: cacheFile }, 'no se pudo guardar la copia de las claves públicas');
    }
  }

  return {
    findSignatureKey: (kid) => keys.signature.get(kid),
    findTokenKey: (kid) => keys.token.get(kid),
    isEmpty,
    refresh,
    async refreshForUnknownKid(kid) {
      const isKnown = () => keys.signature.has(kid) || keys.token.has(kid);
      if (isKnown()) return true;
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
    },
  };
}

/** The set of one process that needs neither files nor refreshing: autorizador's own. */
export function fixedKeySet(published: readonly PublicJwk[]): KeySet {
  const keys = toKeys(published, { signature: new Map(), token: new Map(), jwks: new Map() });
  return {
    findSignatureKey: (kid) => keys.signature.get(kid),
    findTokenKey: (kid) => keys.token.get(kid),
    isEmpty: () => published.length === 0,
    refresh: () => Promise.resolve(true),
    refreshForUnknownKid: () => Promise.resolve(false),
    close: () => undefined,
  };
}

/** Key objects are kept while their key stays the same, so that others may cache by identity. */
function toKeys(published: readonly PublicJwk[], before: Keys): Keys {
  const after: Keys = { signature: new Map(), token: new Map(), jwks: new Map() };
  for (const jwk of published) {
    const purpose = jwk.alg === 'EdDSA' ? 'signature' : 'token';
    const written = JSON.stringify(jwk);
    const known = before.jwks.get(jwk.kid) === written ? before[purpose].get(jwk.kid) : undefined;
    after[purpose].set(jwk.kid, known ?? publicKeyOf(jwk));
    after.jwks.set(jwk.kid, written);
  }
  return after;
}

/** Milliseconds; 0 when there is no such file. */
const modifiedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
