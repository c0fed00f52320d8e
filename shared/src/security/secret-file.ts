import { statSync } from 'node:fs';
import type { SecretSource } from '../config/load-config.ts';
import type { Logger } from '../logging/logger.ts';

/** A secret that `npm run keys` may replace while its readers run. */
export interface SecretFile<T> {
  /** What the file holds now, as far as this turn of the event loop knows; while it is missing or damaged, what it held last. */
  current: () => T;
}

/**
 * What is made of a secret, and made again whenever its file was replaced. The file is looked at when the secret is used,
 * so that nobody signs with a replaced key, or refuses a new one, for want of a timer.
 * @throws Error when it cannot be used at first
 */
export function followSecret<T, U>(
  source: SecretSource<T>,
  make: (secret: T) => U,
  logger: Pick<Logger, 'info' | 'warn'>,
): SecretFile<U> {
  let seen = versionOf(source.path);
  let made = make(source.read());
  return {
    current() {
      const version = versionThisTurn(source.path);
      if (version === seen) return made;
      seen = version;
      try {
        made = make(source.read());
        logger.info({ path: source.path }, 'un secreto cambió; se usa el nuevo');
      } catch (error) {
        logger.warn({ reason: String(error) }, 'un secreto cambió y no se puede usar; sigue el anterior');
      }
      return made;
    },
  };
}

/** Another text each time the file is replaced, which is a rename and gives another inode; '' without a file. */
export function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
}

const seenThisTurn = new Map<string, string>();

/** The same for the many that ask in one turn of the event loop. */
function versionThisTurn(path: string): string {
  const seen = seenThisTurn.get(path);
  if (seen !== undefined) return seen;
  const version = versionOf(path);
  if (seenThisTurn.size === 0) setImmediate(() => seenThisTurn.clear());
  seenThisTurn.set(path, version);
  return version;
}
