import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { ensureFolder, writeFileAtomic } from './atomic-file.ts';

export interface SecretStoreOptions {
  /** Folders whose reader is another user, in the same group: containers. */
  groupReadable?: readonly string[];
}

const LOCK_WAIT_MS = 30_000;

/** Reading and writing below one secrets folder, only inside `withSecretStore`. Paths are relative to it. */
export interface SecretStore {
  /** Paths written so far, in order. */
  readonly written: readonly string[];
  has(path: string): boolean;
  /** Trimmed contents, or undefined when there is no such file. */
  read(path: string): string | undefined;
  /** @throws Error naming the file when it is not JSON of that shape. */
  readJson<T extends z.ZodType>(path: string, schema: T): z.output<T> | undefined;
  /** Atomically, 0400, in a folder of mode 0700 (0440 and 0750 for a group). Writing what is already there does nothing. */
  write(path: string, contents: string): void;
  writeJson(path: string, value: unknown): void;
}

/**
 * Runs `work` alone: two processes that set up or rotate at once wait for each other. The lock is one of SQLite's,
 * because the operating system drops it when its process dies.
 * @throws Error when another process holds it for 30 s.
 */
export function withSecretStore<T>(
  secretsDir: string,
  work: (store: SecretStore) => T,
  options: SecretStoreOptions = {},
): T {
  ensureFolder(secretsDir, 0o700);
  const lockFile = join(secretsDir, '.lock');
  closeSync(openSync(lockFile, 'a', 0o600));
  const lock = new Database(lockFile, { timeout: LOCK_WAIT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return work(createStore(secretsDir, options));
  } finally {
    lock.close();
  }
}

function createStore(secretsDir: string, { groupReadable = [] }: SecretStoreOptions): SecretStore {
  const written: string[] = [];
  const store: SecretStore = {
    written,
    has: (path) => existsSync(join(secretsDir, path)),
    read(path) {
      return store.has(path) ? readFileSync(join(secretsDir, path), 'utf8').trim() : undefined;
    },
    readJson(path, schema) {
      const contents = store.read(path);
      if (contents === undefined) return undefined;
      try {
        return schema.parse(JSON.parse(contents));
      } catch (cause) {
        throw new Error(`${join(secretsDir, path)} no es válido; restáurelo de una copia de seguridad`, {
          cause,
        });
      }
    },
    write(path, contents) {
      if (store.read(path) === contents.trim()) return;
      const [folder] = path.split('/');
      const forGroup = folder !== undefined && groupReadable.includes(folder);
      if (folder && folder !== path) ensureFolder(join(secretsDir, folder), forGroup ? 0o750 : 0o700);
      writeFileAtomic(join(secretsDir, path), contents, forGroup ? 0o440 : 0o400);
      written.push(path);
    },
    writeJson: (path, value) => store.write(path, `${JSON.stringify(value, null, 2)}\n`),
  };
  return store;
}
