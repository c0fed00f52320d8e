import { z } from 'zod';
import {
  httpEnvironment,
  port,
  processEnvironment,
  redisEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { parseSecretJson } from '@medisupply/shared/security/secrets';
import { serviceKeyRecords } from '@medisupply/shared/security/service-key';

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...redisEnvironment,
  AUTORIZADOR_PORT: port(5003),
});

/** autorizador.config: the environment and the secret files of this process. @throws ConfigError */
export function loadAutorizadorConfig(env: NodeJS.ProcessEnv) {
  const { secrets, ...config } = loadConfig(environment, {
    env,
    secrets: {
      TOKEN_KEYS: { file: 'token_keys.json', minLength: 100 },
      SIGNATURE_KEYS: { file: 'signature_keys.json', minLength: 100 },
      SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
      PASSWORD_PEPPER: { file: 'password_pepper', minLength: 32 },
      REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
      ADMIN_CONTRASENA: { file: 'admin_contrasena', minLength: 12 },
    },
  });
  return {
    ...config,
    tokenKeys: parseSecretJson('token_keys.json', secrets.TOKEN_KEYS, tokenKeyFile),
    signatureKeys: parseSecretJson('signature_keys.json', secrets.SIGNATURE_KEYS, signatureKeyFile),
    serviceKeys: parseSecretJson('service_keys.json', secrets.SERVICE_KEYS, serviceKeyRecords),
    passwordPepper: secrets.PASSWORD_PEPPER,
    redisPassword: secrets.REDIS_PASSWORD,
    adminContrasena: secrets.ADMIN_CONTRASENA,
  };
}

export type AutorizadorConfig = ReturnType<typeof loadAutorizadorConfig>;
