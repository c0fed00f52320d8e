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
  proofKey(): ClavePrivada;
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
  const proofs = followSecret(files.PROOF_KEYS, (file) => ({ file, actual: actualKey(file) }), logger);
  let published: { files: readonly unknown[]; jwks: PublicJwks } | undefined;

  return {
    tokenKey: () => tokens.current().actual,
    signatureKey: () => signatures.current().actual,
    proofKey: () => proofs.current().actual,
    jwks() {
      const latest = [tokens.current().file, signatures.current().file, proofs.current().file] as const;
      // The same document while no file changed.
      if (latest.some((file, index) => published?.files[index] !== file))
        published = { files: latest, jwks: publishedJwks(...latest) };
      return published!.jwks;
    },
  };
}
