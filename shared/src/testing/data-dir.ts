import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueAccessToken } from '../security/access-token.ts';
import { actualKey, tokenKeyFile } from '../security/key-files.ts';
import { parseSecretJson } from '../config/secret-json.ts';
import { ensureSecrets } from '../security/secrets.ts';
import type { Rol } from '../contracts/vocabulary.ts';

interface TokenOptions {
  roles?: readonly Rol[];
  usuario_id?: number;
  token_version?: number;
}

/** A `DATA_DIR` with all its secrets, and what they open. */
export interface DataDir {
  path: string;
  /** `SECRETS_DIR` of a process. */
  secrets: (process: string) => string;
  /** The operator's. */
  redisPassword: string;
  /** What autorizador signs tokens and revocations with. */
  tokenKey: ReturnType<typeof actualKey>;
  token: (options?: TokenOptions) => string;
  serviceKey: (id: string) => Promise<string>;
  remove(): Promise<void>;
}

export async function createDataDir(): Promise<DataDir> {
  const path = await mkdtemp(join(tmpdir(), 'medisupply-data-'));
  const root = join(path, 'secrets');
  ensureSecrets(root);
  const key = actualKey(
    parseSecretJson(
      'token_keys.json',
      await readFile(join(root, 'autorizador/token_keys.json'), 'utf8'),
      tokenKeyFile,
    ),
  );
  return {
    path,
    secrets: (process) => join(root, process),
    redisPassword: (await readFile(join(root, 'redis/redis_password'), 'utf8')).trim(),
    tokenKey: key,
    token: ({ roles = ['usuario'], usuario_id = 7, token_version = 0 }: TokenOptions = {}) =>
      issueAccessToken({ usuario_id, nombre: 'ana', roles, token_version }, key).token,
    serviceKey: async (id) => (await readFile(join(root, id, 'service_key'), 'utf8')).trim(),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
