import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { SecretSource } from '../config/load-config.ts';
import type { Authenticator } from '../http/authenticate.ts';
import { createAuthenticator } from '../http/authenticate.ts';
import type { Logger } from '../logging/logger.ts';
import type { AccessTokenVerifier } from '../security/access-token.ts';
import { createAccessTokenVerifier } from '../security/access-token.ts';
import { fetchJwks } from '../security/fetch-jwks.ts';
import type { KeySet } from '../security/key-set.ts';
import { createKeySet } from '../security/key-set.ts';
import type { RevocationList } from '../security/revocations.ts';
import { createRevocationList } from '../security/revocations.ts';
import type { ServiceKeyRecord } from '../security/service-key.ts';
import { followServiceKeys } from '../security/service-key.ts';

export interface VerifierOptions {
  config: {
    AUTORIZADOR_URL: string;
    SECRETS_DIR?: string | undefined;
    JWKS_FILE?: string | undefined;
  };
  /** Whose service keys are accepted. */
  serviceKeys: SecretSource<readonly ServiceKeyRecord[]>;
  redis: Redis;
  logger: Logger;
}

/** How often the accepted service keys are looked at, besides whenever one is shown (ms). */
const LOOK_MS = 1_000;

/** All that a process needs to know who calls it, with autorizador's public keys kept up to date. */
export interface Verifier {
  authenticator: Authenticator;
  keySet: KeySet;
  tokens: AccessTokenVerifier;
  /** From memory: whether that user's tokens of this version are refused. */
  isRevoked: RevocationList['isRevoked'];
  /** Calls when tokens or service keys that were good are refused from now on: for those who hold connections open. */
  onWithdrawn: (listener: () => void) => void;
  close(): void;
}

export function createVerifier({ config, serviceKeys, redis, logger }: VerifierOptions): Verifier {
  const setupFile =
    config.JWKS_FILE ?? (config.SECRETS_DIR ? join(config.SECRETS_DIR, 'jwks.json') : undefined);
  const listeners = new Set<() => void>();
  const withdrawn = () => listeners.forEach((listener) => listener());
  const keySet = createKeySet({
    ...(setupFile ? { setupFile } : {}),
    fetchJwks: () => fetchJwks(new URL('/.well-known/jwks.json', config.AUTORIZADOR_URL).href),
    onWithdrawn: withdrawn,
    logger,
  });
  const tokens = createAccessTokenVerifier({ keySet });
  const keys = followServiceKeys(serviceKeys, logger, withdrawn);
  const looking = setInterval(keys.look, LOOK_MS).unref();
  const revocations = createRevocationList({ redis, findTokenKey: keySet.findTokenKey, logger });
  return {
    keySet,
    tokens,
    isRevoked: revocations.isRevoked,
    authenticator: createAuthenticator({
      verifyToken: tokens.verify,
      verifyServiceKey: keys.verify,
      isRevoked: revocations.isRevoked,
    }),
    onWithdrawn: (listener) => void listeners.add(listener),
    close() {
      clearInterval(looking);
      revocations.close();
      keySet.close();
    },
  };
}
