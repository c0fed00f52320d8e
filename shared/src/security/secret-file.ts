import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { Logger } from '../logging/logger.ts';

/** A secret that `npm run keys` may replace while its readers run. */
export interface SecretFile<T> {
  /** What the file holds now, at the price of one `stat`; while it is missing or damaged, what it held last. */
  current: () => T;
}

interface FollowOptions<T> {
  path: string;
  /** @throws Error when the contents are not usable */
  parse: (contents: string) => T;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Reads the file, and again whenever it was replaced. It is looked at when it is used, so that nobody signs with a
 * replaced key, or refuses a new one, for want of a timer.
 * @throws Error when it cannot be used at first
 */
export function followFile<T>({ path, parse, logger }: FollowOptions<T>): SecretFile<T> {
  let seen = versionOf(path);
  let value = parse(readFileSync(path, 'utf8').trim());

  return {
    current() {
      const version = versionOf(path);
      if (version === seen) return value;
      seen = version;
      try {
        value = parse(readFileSync(path, 'utf8').trim());
        logger.info({ path }, 'un secreto cambió; se usa el nuevo');
      } catch (error) {
        logger.warn(
          { path, reason: String(error) },
          'un secreto cambió y no se puede usar; sigue el anterior. Restáurelo de una copia o ejecute `node scripts/setup.ts`',
        );
      }
      return value;
    },
  };
}

/** `followFile` for a secret of a process's configuration. */
export const followSecret = <K extends string, T>(
  config: { secretFiles: Record<K, string> },
  key: K,
  parse: (contents: string) => T,
  logger: Pick<Logger, 'info' | 'warn'>,
): SecretFile<T> => followFile({ path: config.secretFiles[key], parse, logger });

/** @throws Error when it is too short to be one of set-up's keys */
export function rawKey(contents: string): string {
  if (contents.length < 32) throw new Error('demasiado corto (mínimo 32 caracteres)');
  return contents;
}

/** Another text each time the file is replaced, which is a rename and gives another inode; '' without a file. */
export function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
}

/** Parses the text of a JSON secret. @throws Error naming the file, without its contents. */
export function parseSecretJson<T extends z.ZodType>(file: string, contents: string, schema: T): z.output<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(contents);
  } catch {
    throw new Error(`${file} no es JSON válido; restáurelo de una copia de seguridad`);
  }
  const result = schema.safeParse(parsed);
  if (!result.success) throw new Error(`${file} no es válido: ${z.prettifyError(result.error)}`);
  return result.data;
}
