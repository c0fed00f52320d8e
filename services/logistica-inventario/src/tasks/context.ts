import { z } from 'zod';
import {
  assertFaultsAllowed,
  faultEnvironment,
  processEnvironment,
  verifierEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { fetchJwks } from '@medisupply/shared/security/fetch-jwks';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { fieldKeyRing, followFieldCipher } from '@medisupply/shared/security/field-cipher';
import type { KeySet } from '@medisupply/shared/security/key-set';
import { createKeySet } from '@medisupply/shared/security/key-set';
import type { TaskHost } from '@medisupply/shared/queueing/handler';
import { join } from 'node:path';
import type { LogisticaTables } from '../tables.ts';

/** What logistica's task handlers work with. */
export interface LogisticaTaskContext {
  database: OpenDatabase<LogisticaTables>;
  cipher: FieldCipher;
  keySet: KeySet;
  /** Taken while a report runs in this process. */
  reportSlot: { taken: boolean };
  faults: { FAULT_RATE: number; FAULT_LATENCY_MS: number };
}

export const environment = z.object({ ...processEnvironment, ...verifierEnvironment, ...faultEnvironment });

export const secrets = {
  FIELD_KEYS: { file: 'field_keys.json', minLength: 32, json: fieldKeyRing },
} as const;

export default async function createTaskContext(
  host: TaskHost,
): Promise<{ context: LogisticaTaskContext; close(): Promise<void> }> {
  const config = loadConfig(environment, { env: host.env, secrets });
  assertFaultsAllowed(config);
  const setupFile =
    config.JWKS_FILE ?? (config.SECRETS_DIR ? join(config.SECRETS_DIR, 'jwks.json') : undefined);
  const keySet = createKeySet({
    ...(setupFile ? { setupFile } : {}),
    fetchJwks: () => fetchJwks(new URL('/.well-known/jwks.json', config.AUTORIZADOR_URL).href),
    logger: host.logger,
  });
  const context: LogisticaTaskContext = {
    // The task store is logistica.db itself.
    database: host.taskStore,
    cipher: followFieldCipher(config.secretFiles.FIELD_KEYS, host.logger),
    keySet,
    reportSlot: { taken: false },
    faults: config,
  };
  return {
    context,
    close() {
      keySet.close();
      return Promise.resolve();
    },
  };
}
