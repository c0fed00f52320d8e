import { join } from 'node:path';
import type { Redis } from 'ioredis';
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
import { createServiceKeyVerifier } from '../security/service-key.ts';

export interface VerifierOptions {
  /** Names the copy of the public keys below `DATA_DIR/jwks/`. */
  process: string;
  config: {
    AUTORIZADOR_URL: string;
    DATA_DIR: string;
    SECRETS_DIR?: string | undefined;
    JWKS_FILE?: string | undefined;
  };
  /** Whose service keys are accepted. */
  serviceKeys: readonly ServiceKeyRecord[];
  redis: Redis;
  logger: Logger;
}

/** All that a process needs to know who calls it, with autorizador's public keys kept up to date. */
export interface Verifier {
  authenticator: Authenticator;
  keySet: KeySet;
  tokens: AccessTokenVerifier;
  /** From memory: whether that user's tokens of this version are refused. */
  isRevoked: RevocationList['isRevoked'];
  close(): void;
}

export function createVerifier({ process, config, serviceKeys, redis, logger }: VerifierOptions): Verifier {
  const setupFile =
    config.JWKS_FILE ?? (config.SECRETS_DIR ? join(config.SECRETS_DIR, 'jwks.json') : undefined);
  const keySet = createKeySet({
    ...(setupFile ? { setupFile } : {}),
    cacheFile: join(config.DATA_DIR, 'jwks', `${process}.json`),
    fetchJwks: () => fetchJwks(new URL('/.well-known/jwks.json', config.AUTORIZADOR_URL).href),
    logger,
  });
  const tokens = createAccessTokenVerifier({ keySet });
  const keys = createServiceKeyVerifier(serviceKeys);
  const revocations = createRevocationList({ redis, logger });
  return {
    keySet,
    tokens,
    isRevoked: revocations.isRevoked,
    authenticator: createAuthenticator({
      verifyToken: tokens.verify,
      verifyServiceKey: keys.verify,
      isRevoked: revocations.isRevoked,
    }),
    close() {
      revocations.close();
      keySet.close();
    },
  };
}
