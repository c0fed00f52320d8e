import { z } from 'zod';
import { count, milliseconds, perMinute, port } from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { databaseEnvironment } from '@medisupply/shared/db/database-environment';
import { fieldKeyRing } from '@medisupply/shared/security/field-cipher';
import { serviceEnvironment, serviceSecrets } from '@medisupply/shared/service/service-config';

/** Why a delivery may fail: a word that pages translate. */
const MOTIVO = /^[A-Z][A-Z0-9_]{0,39}$/;

export const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment('LOGISTICA'),
  LOGISTICA_PORT: port(5002),
  RELAY_POLL_MS: milliseconds(250, 60_000),
  CONFIRM_MAX_IN_FLIGHT: count(128, 10_000),
  USER_CREATE_RATE: perMinute(6_000),
  USER_CONFIRM_RATE: perMinute(6_000),
  USER_MAX_RESERVED: count(500, 1_000_000),
  INTENTO_MOTIVOS: z
    .string()
    .default('AUSENTE,DIRECCION_INCORRECTA,RECHAZADA,INACCESIBLE,OTRO')
    .transform((value) => value.split(',').map((motivo) => motivo.trim()))
    .refine((motivos) => motivos.every((motivo) => MOTIVO.test(motivo)), {
      error: 'Use códigos de A-Z, 0-9 y _ separados por comas, como AUSENTE,OTRO',
    }),
});

export const secrets = {
  ...serviceSecrets,
  QUEUE_KEY: { file: 'queue_key', minLength: 32 },
  LIVE_KEY: { file: 'live_key', minLength: 32 },
  FIELD_KEYS: { file: 'field_keys.json', minLength: 32, json: fieldKeyRing },
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
  HASH_KEY: { file: 'hash_key', minLength: 32 },
} as const;

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(environment, { env, secrets });

export type Config = ReturnType<typeof readConfig>;
