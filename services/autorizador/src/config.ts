import { z } from 'zod';
import {
  count,
  httpEnvironment,
  perMinute,
  port,
  processEnvironment,
  proxiedEnvironment,
  redisEnvironment,
} from '@medisupply/shared/config/environment';
import { registro } from '@medisupply/shared/contracts/autorizador';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { parseSecretJson } from '@medisupply/shared/security/secrets';
import { serviceKeyRecords } from '@medisupply/shared/security/service-key';

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...proxiedEnvironment,
  ...redisEnvironment,
  AUTORIZADOR_PORT: port(5003),
  REGISTRO: registro.default('abierto'),
  SIGNUP_RATE: perMinute(6),
  SIGNUP_BURST: count(20, 10_000),
});

export const secrets = {
  TOKEN_KEYS: { file: 'token_keys.json', minLength: 100 },
  SIGNATURE_KEYS: { file: 'signature_keys.json', minLength: 100 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
  PASSWORD_PEPPER: { file: 'password_pepper', minLength: 32 },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
  ADMIN_CONTRASENA: { file: 'admin_contrasena', minLength: 12 },
} as const;

/** autorizador.config: the environment and the secret files of this process. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv) {
  const { secrets: values, ...config } = loadConfig(environment, { env, secrets });
  return {
    ...config,
    tokenKeys: parseSecretJson('token_keys.json', values.TOKEN_KEYS, tokenKeyFile),
    signatureKeys: parseSecretJson('signature_keys.json', values.SIGNATURE_KEYS, signatureKeyFile),
    serviceKeys: parseSecretJson('service_keys.json', values.SERVICE_KEYS, serviceKeyRecords),
    passwordPepper: values.PASSWORD_PEPPER,
    redisPassword: values.REDIS_PASSWORD,
    adminContrasena: values.ADMIN_CONTRASENA,
  };
}

export type Config = ReturnType<typeof readConfig>;
