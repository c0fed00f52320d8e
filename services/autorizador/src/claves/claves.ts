import type { KeyObject } from 'node:crypto';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { PublicJwks } from '@medisupply/shared/security/jwks';
import {
  actualKey,
  publishedJwks,
  signatureKeyFile,
  tokenKeyFile,
} from '@medisupply/shared/security/key-files';
import { followSecret, parseSecretJson } from '@medisupply/shared/security/secret-file';
import type { Config } from '../config.ts';

export interface ClavePrivada {
  kid: string;
  privateKey: KeyObject;
}

/** This service's own keys, as their files hold them at the moment of the call. */
export interface Claves {
  tokenKey(): ClavePrivada;
  signatureKey(): ClavePrivada;
  jwks(): PublicJwks;
}

/** @throws Error naming the file that cannot be used */
export function followClaves(config: Pick<Config, 'secretFiles'>, logger: Logger): Claves {
  const tokens = followSecret(
    config,
    'TOKEN_KEYS',
    (text) => {
      const file = parseSecretJson('token_keys.json', text, tokenKeyFile);
      return { file, actual: actualKey(file) };
    },
    logger,
  );
  const signatures = followSecret(
    config,
    'SIGNATURE_KEYS',
    (text) => {
      const file = parseSecretJson('signature_keys.json', text, signatureKeyFile);
      return { file, actual: actualKey(file) };
    },
    logger,
  );
  let published: { of: readonly unknown[]; jwks: PublicJwks } | undefined;

  return {
    tokenKey: () => tokens.current().actual,
    signatureKey: () => signatures.current().actual,
    jwks() {
      const of = [tokens.current().file, signatures.current().file] as const;
      // The same document while neither file changed.
      if (published?.of[0] !== of[0] || published.of[1] !== of[1])
        published = { of, jwks: publishedJwks(...of) };
      return published.jwks;
    },
  };
}
