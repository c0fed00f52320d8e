import { existsSync, readFileSync } from 'node:fs';
import type { SecretSource } from '../../config/load-config.ts';
import type { Logger } from '../../logging/logger.ts';
import { REPLACED_QUEUE_KEYS } from '../../security/secret-layout.ts';
import { followSecret } from '../../security/secret-file.ts';
import { dirname, join } from 'node:path';

/** What signs and verifies the messages of the queues. */
export interface QueueKeys {
  /** Asked for each message: `npm run keys -- revoke cola` replaces it. */
  current: () => string;
  /** Good for nothing but telling a job that waited while its key was replaced from a forged one. */
  replaced: () => readonly string[];
}

export function followQueueKeys(source: SecretSource<string>, logger: Logger): QueueKeys {
  const replacedFile = join(dirname(source.path), REPLACED_QUEUE_KEYS);
  return {
    current: followSecret(source, (key) => key, logger).current,
    replaced: () =>
      existsSync(replacedFile) ? readFileSync(replacedFile, 'utf8').split('\n').filter(Boolean) : [],
  };
}
