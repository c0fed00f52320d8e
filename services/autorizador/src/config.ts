import { z } from 'zod';
import {
  count,
  httpEnvironment,
  perMinute,
  port,
  processEnvironment,
  redisEnvironment,
} from '@medisupply/shared/config/environment';
import { registro } from '@medisupply/shared/contracts/autorizador';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { databaseEnvironment } from '@medisupply/shared/db/database-environment';
import { proofKeyFile, signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { serviceSecrets } from '@medisupply/shared/service/service-config';

export const environment = z.object({
  ...processEnvironment,
  ...databaseEnvironment('AUTORIZADOR'),
  ...httpEnvironment,
  ...redisEnvironment,
  AUTORIZADOR_PORT: port(5003),
  REGISTRO: registro.default('abierto'),
  SIGNUP_RATE: perMinute(6),
  SIGNUP_BURST: count(20, 10_000),
  SIGN_MAX_IN_FLIGHT: count(128, 10_000),
});

export const secrets = {
  ...serviceSecrets,
  TOKEN_KEYS: { file: 'token_keys.json', minLength: 100, json: tokenKeyFile },
  SIGNATURE_KEYS: { file: 'signature_keys.json', minLength: 100, json: signatureKeyFile },
  PROOF_KEYS: { file: 'proof_keys.json', minLength: 100, json: proofKeyFile },
  PASSWORD_PEPPER: { file: 'password_pepper', minLength: 32 },
  ADMIN_CONTRASENA: { file: 'admin_contrasena', minLength: 12 },
} as const;

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(environment, { env, secrets });

export type Config = ReturnType<typeof readConfig>;
