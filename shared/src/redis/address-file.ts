/** `$DATA_DIR/redis/url`: where the running platform's Redis is, for commands on the same machine. Never with a password. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseRedisUrl, withUser } from '../config/redis-url.ts';

const fileOf = (dataDir: string): string => join(dataDir, 'redis', 'url');

/** Written by the launcher when Redis's address is known; one that is none is left to the services to refuse. */
export function writeRedisAddress(dataDir: string, redisUrl: string): void {
  let address: string;
  try {
    address = withUser(redisUrl, parseRedisUrl(redisUrl).username);
  } catch {
    return;
  }
  const file = fileOf(dataDir);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${address}\n`, { mode: 0o600 });
}

/** Undefined while no platform runs on this data folder. */
export function readRedisAddress(dataDir: string): string | undefined {
  try {
    return readFileSync(fileOf(dataDir), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

export const removeRedisAddress = (dataDir: string): void => rmSync(fileOf(dataDir), { force: true });
