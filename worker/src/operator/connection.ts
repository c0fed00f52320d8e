/**
 * Where a command finds Redis and the queue key. In the worker's container REDIS_URL and SECRETS_DIR say it; on the
 * machine of `npm start`, the files that the launcher keeps below DATA_DIR.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { processEnvironment, redisEnvironment } from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { readRedisAddress } from '@medisupply/shared/redis/address-file';
import { redisAddressOf } from '@medisupply/shared/redis/connect';
import { hostsOf } from '@medisupply/shared/config/redis-url';
import type { ControlClient } from '@medisupply/shared/queueing/control/control-client';
import { openControlClient } from '@medisupply/shared/queueing/control/control-client';

/** Something the person at the terminal can put right: shown without a stack, exit code 1. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

const environment = z.object({
  DATA_DIR: processEnvironment.DATA_DIR,
  ...redisEnvironment,
});

const secrets = {
  QUEUE_KEY: { file: 'queue_key', minLength: 32 },
  LIVE_KEY: { file: 'live_key', minLength: 32 },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
} as const;

/** @throws OperatorError when no platform runs there; ConfigError for a setting that is wrong */
function readConfig(env: NodeJS.ProcessEnv) {
  const dataDir = resolve(env['DATA_DIR'] || '.data');
  const redisUrl = env['REDIS_URL'] || readRedisAddress(dataDir);
  const secretsDir = env['SECRETS_DIR'] || join(dataDir, 'secrets', 'worker');
  if (!redisUrl || !existsSync(secretsDir)) {
    throw new OperatorError(
      `No hay ninguna plataforma en marcha con DATA_DIR=${dataDir}.\n` +
        'Arránquela en otra terminal con: npm start\n' +
        'Si sus datos están en otro directorio, indíquelo con DATA_DIR=…; si Redis es otro, con REDIS_URL=redis://…',
    );
  }
  return loadConfig(environment, {
    env: { ...env, DATA_DIR: dataDir, REDIS_URL: redisUrl, SECRETS_DIR: secretsDir },
    secrets,
  });
}

/** @throws OperatorError that names the address, when Redis does not answer in time */
export async function connectOperator(env: NodeJS.ProcessEnv): Promise<ControlClient> {
  const config = readConfig(env);
  try {
    return await openControlClient({
      address: redisAddressOf(config),
      queueKey: config.secrets.QUEUE_KEY,
      liveKey: config.secrets.LIVE_KEY,
    });
  } catch (error) {
    throw new OperatorError(
      `Redis no responde en ${hostsOf(config.REDIS_URL)} (${reasonOf(error)}).\n` +
        `¿Está en marcha la plataforma con DATA_DIR=${config.DATA_DIR}? Arránquela con: npm start`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (/WRONGPASS|NOAUTH/.test(error.message))
    return 'no acepta la contraseña: es el Redis de otra plataforma';
  if (error.message.startsWith('All sentinels are unreachable'))
    return 'ningún centinela dice dónde está el maestro';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
