import type { KeyObject } from 'node:crypto';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { PublicJwks } from '@medisupply/shared/security/jwks';
import { actualKey, publishedJwks } from '@medisupply/shared/security/key-files';
import { followSecret } from '@medisupply/shared/security/secret-file';
import type { Config } from '../config.ts';

interface ClavePrivada {
  kid: string;
  privateKey: KeyObject;
}

/** This service's own keys, as their files hold them at the moment of the call. */
export interface Claves {
  tokenKey(): ClavePrivada;
  signatureKey(): ClavePrivada;
  /** What is published. */
  jwks(): PublicJwks;
}

export function followClaves(files: Config['secretFiles'], logger: Logger): Claves {
  const tokens = followSecret(files.TOKEN_KEYS, (file) => ({ file, actual: actualKey(file) }), logger);
  const signatures = followSecret(
    files.SIGNATURE_KEYS,
    (file) => ({ file, actual: actualKey(file) }),
    logger,
  );
  let published: { tokens: unknown; signatures: unknown; jwks: PublicJwks } | undefined;

  return {
    tokenKey: () => tokens.current().actual,
    signatureKey: () => signatures.current().actual,
    jwks() {
      const [token, signature] = [tokens.current().file, signatures.current().file];
      // The same document while neither file changed.
      if (published?.tokens !== token || published.signatures !== signature)
        published = { tokens: token, signatures: signature, jwks: publishedJwks(token, signature) };
      return published.jwks;
    },
  };
}
