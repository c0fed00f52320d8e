/** What every service reads of its environment and of its secrets folder. */
import type { z } from 'zod';
import {
  httpEnvironment,
  processEnvironment,
  redisEnvironment,
  verifierEnvironment,
} from '../config/environment.ts';
import type { SecretSource, SecretSpec } from '../config/load-config.ts';
import { serviceKeyRecords } from '../security/service-key.ts';

export const serviceEnvironment = {
  ...processEnvironment,
  ...httpEnvironment,
  ...redisEnvironment,
  ...verifierEnvironment,
};

export const serviceSecrets = {
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2, json: serviceKeyRecords },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
} as const satisfies Record<string, SecretSpec>;

type Environment<K extends keyof typeof serviceEnvironment> = z.output<
  z.ZodObject<Pick<typeof serviceEnvironment, K>>
>;

/** What opening a process takes, whoever it is. */
export type ServiceConfig = Environment<
  'LOG_LEVEL' | 'LOG_FORMAT' | 'DATA_DIR' | 'BIND_ADDRESS' | keyof typeof redisEnvironment
> & {
  LAME_DUCK_MS?: number;
  TLS_CERT_FILE?: string | undefined;
  TLS_KEY_FILE?: string | undefined;
  secrets: { REDIS_PASSWORD: string };
};

/** What checking its callers takes, with autorizador's public keys. */
export type VerifyingConfig = ServiceConfig &
  Environment<'AUTORIZADOR_URL' | 'SECRETS_DIR' | 'JWKS_FILE'> & {
    secretFiles: { SERVICE_KEYS: SecretSource<z.output<typeof serviceKeyRecords>> };
  };
