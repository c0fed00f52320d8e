/** A folder of Secrets for `kubectl apply -f`: one file for each reader, as the compose file has a volume for each. */
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { writeFileAtomic } from '@medisupply/shared/security/atomic-file';
import { AUTORIZADOR, ADMIN_PASSWORD_FILE } from '@medisupply/shared/security/secret-layout';
import { withSecretStore } from '@medisupply/shared/security/secret-store';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { SERVICES } from '@medisupply/shared/services';
import { UserError } from '../terminal/user-error.ts';

const NAMESPACE = 'medisupply';
const KEY = z.string().regex(/^[A-Za-z0-9_][\w.-]*$/);
const secret = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: z.object({ name: z.string() }),
  data: z.record(KEY, z.base64()),
});

/** Name of the Secret of a folder of secrets. */
export const secretNameOf = (reader: string): string => `medisupply-${reader}`;

/** Who reads a password of PostgreSQL: owners of databases, and the worker, which writes theirs. */
const DATABASE_READERS = [...SERVICES.flatMap(({ name, database }) => (database ? [name] : [])), 'worker'];

/**
 * Makes what is missing; what is there stays. `databasePassword` is somebody else's, and is taken as it is.
 * @returns the files that were written, below `folder`
 */
export function ensureKubernetesSecrets(folder: string, databasePassword?: string): string[] {
  const { written } = withKubernetesSecrets(folder, (secretsDir) => {
    ensureSecrets(secretsDir, { adminPassword: `${AUTORIZADOR}/${ADMIN_PASSWORD_FILE}` });
    if (databasePassword === undefined) return;
    for (const reader of DATABASE_READERS) {
      const path = join(secretsDir, reader, 'database_password');
      rmSync(path, { force: true });
      writeFileSync(path, databasePassword, { mode: 0o400 });
    }
  });
  return written;
}

/** Runs `work` on those Secrets as a folder of secrets, and writes into their files what it changed. */
export function withKubernetesSecrets<T>(
  folder: string,
  work: (secretsDir: string) => T,
): { result: T; written: string[] } {
  return withSecretStore(folder, () => {
    const secretsDir = join(folder, '.secretos');
    // Of one that was killed.
    rmSync(secretsDir, { recursive: true, force: true });
    mkdirSync(secretsDir, { mode: 0o700 });
    try {
      for (const file of globSync('*.yaml', { cwd: folder })) unpack(join(folder, file), secretsDir);
      const result = work(secretsDir);
      const readers = globSync('*/', { cwd: secretsDir })
        .map((path) => basename(path))
        .toSorted();
      return { result, written: readers.filter((reader) => pack(folder, secretsDir, reader)).map(fileOf) };
    } finally {
      rmSync(secretsDir, { recursive: true, force: true });
    }
  });
}

const fileOf = (reader: string): string => `${secretNameOf(reader)}.yaml`;

function unpack(file: string, secretsDir: string): void {
  const parsed = secret.safeParse(parseDocument(readFileSync(file, 'utf8')).toJS());
  const reader = basename(file, '.yaml').slice(secretNameOf('').length);
  if (!parsed.success || parsed.data.metadata.name !== secretNameOf(reader))
    throw new UserError(`${file} no es un Secret de la plataforma; quítelo de esa carpeta o restáurelo`);
  mkdirSync(join(secretsDir, reader), { mode: 0o700 });
  for (const [key, value] of Object.entries(parsed.data.data))
    writeFileSync(join(secretsDir, reader, key), Buffer.from(value, 'base64'), { mode: 0o400 });
}

/** Whether anything had changed. Labels and comments that somebody added stay. */
function pack(folder: string, secretsDir: string, reader: string): boolean {
  const file = join(folder, fileOf(reader));
  const names = globSync('*', { cwd: join(secretsDir, reader) }).toSorted();
  const data = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(secretsDir, reader, name)).toString('base64')]),
  );
  const before = globSync(fileOf(reader), { cwd: folder }).length > 0 ? readFileSync(file, 'utf8') : '';
  const document = before
    ? parseDocument(before)
    : new Document({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secretNameOf(reader), namespace: NAMESPACE },
        type: 'Opaque',
      });
  document.set('data', data);
  const after = document.toString({ lineWidth: 0 });
  if (after === before) {
    chmodSync(file, 0o600);
    return false;
  }
  writeFileAtomic(file, after, 0o600);
  return true;
}
