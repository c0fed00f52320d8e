import { join } from 'node:path';
import { openLogisticaDatabase } from '@medisupply/logistica-inventario/database';
import { hasDatabase, readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import { recifrar as recifrarTodo } from '@medisupply/logistica-inventario/entregas/recifrar';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { createLogger } from '@medisupply/shared/logging/logger';
import { fieldKeyRing, followFieldCipher } from '@medisupply/shared/security/field-cipher';
import { deleteOldFieldKeys } from '@medisupply/shared/security/revoke-keys';
import { FIELD_KEY_READERS } from '@medisupply/shared/security/secret-layout';
import { z } from 'zod';
import { UserError } from '../terminal/user-error.ts';

/** Between two lines of progress (ms). */
const SHOW_EVERY = 1_000;
const MAX_SHOWN = 20;

/**
 * Encrypts all personal data again with the current key, and deletes the old ones; the platform may run.
 * @throws UserError naming what no key opens: then no key is deleted
 */
export async function recifrar(dataDir: string, secretsDir: string): Promise<void> {
  const config = readDatabaseConfig('LOGISTICA', { ...process.env, DATA_DIR: dataDir });
  if (!hasDatabase(config, 'logistica'))
    throw new UserError(`no hay ninguna base de datos en ${dataDir}; indique su carpeta con --datos`);
  const { secretFiles } = loadConfig(z.object(), {
    env: { SECRETS_DIR: join(secretsDir, FIELD_KEY_READERS[0]) },
    secrets: { FIELD_KEYS: { file: 'field_keys.json', minLength: 32, json: fieldKeyRing } },
  });
  const cipher = followFieldCipher(secretFiles.FIELD_KEYS, createLogger('keys', { level: 'silent' }));
  const database = await openLogisticaDatabase(config);
  try {
    const { ilegibles } = await recifrarTodo({
      database,
      cipher,
      onProgress: showProgress(),
      deleteOldKeys: (actual) => void deleteOldFieldKeys(secretsDir, actual),
    });
    if (ilegibles.length > 0) throw unreadable(ilegibles);
    process.stdout.write(`todo está cifrado con ${cipher.actual}; las claves anteriores ya no existen\n`);
  } finally {
    await database.close();
  }
}

function showProgress(): (pendientes: number) => void {
  let total = 0;
  let shown = Number.NEGATIVE_INFINITY;
  return (pendientes) => {
    total = Math.max(total, pendientes);
    const now = performance.now();
    if (pendientes > 0 && pendientes < total && now - shown < SHOW_EVERY) return;
    shown = now;
    process.stdout.write(`recifradas ${total - pendientes} de ${total} filas\n`);
  };
}

function unreadable(ilegibles: readonly string[]): UserError {
  const shown = ilegibles.slice(0, MAX_SHOWN).map((place) => `  ${place}\n`);
  return new UserError(
    `${ilegibles.length} valores no se pueden descifrar; no se borró ninguna clave:\n${shown.join('')}` +
      'Restáurelos de una copia de seguridad, con las claves de entonces, y ejecute de nuevo `npm run keys -- recifrar`',
  );
}
