/** The environment keys that several processes share, each defined once. `.env.example` documents them. */
import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';
import { byUrlVariable } from '../services.ts';
import { ConfigError } from './load-config.ts';

export const port = (fallback: number) =>
  z.coerce
    .number({ error: 'Debe ser un puerto de 0 a 65535' })
    .int({ error: 'Debe ser un puerto de 0 a 65535' })
    .min(0, { error: 'Debe ser un puerto de 0 a 65535' })
    .max(65535, { error: 'Debe ser un puerto de 0 a 65535' })
    .default(fallback);

export const httpUrl = (fallback: string) =>
  z.url({ protocol: /^https?$/, error: 'Debe ser una dirección http(s)' }).default(fallback);

export const milliseconds = (fallback: number, max = 3_600_000) =>
  z.coerce
    .number({ error: 'Debe ser un número de milisegundos' })
    .int({ error: 'Debe ser un número entero de milisegundos' })
    .min(0, { error: 'No puede ser negativo' })
    .max(max, { error: `Máximo ${max}` })
    .default(fallback);

export const count = (fallback: number, max: number) =>
  z.coerce
    .number({ error: `Debe ser un número de 1 a ${max}` })
    .int({ error: `Debe ser un número entero de 1 a ${max}` })
    .min(1, { error: `Debe ser un número de 1 a ${max}` })
    .max(max, { error: `Debe ser un número de 1 a ${max}` })
    .default(fallback);

/** Of how many per minute; 0 is no limit. */
export const perMinute = (fallback: number) =>
  z.coerce
    .number({ error: 'Debe ser un número por minuto; 0 es sin límite' })
    .int({ error: 'Debe ser un número entero por minuto; 0 es sin límite' })
    .min(0, { error: 'No puede ser negativo; 0 es sin límite' })
    .max(1_000_000, { error: 'Máximo 1000000' })
    .default(fallback);

export const processEnvironment = {
  NODE_ENV: z
    .enum(['development', 'production', 'test'], { error: 'Use development, production o test' })
    .default('development'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'Nivel de registro desconocido',
    })
    .default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty'], { error: 'Use json o pretty' }).default('json'),
  DATA_DIR: z.string().default('.data'),
  BIND_ADDRESS: z.string().default('127.0.0.1'),
};

const commaSeparated = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** Names of networks that `trust proxy` of Express knows. */
const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return NETWORKS.has(value);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

export const httpEnvironment = {
  LAME_DUCK_MS: milliseconds(0, 60_000),
  CORS_ORIGINS: commaSeparated.pipe(
    z.array(
      z.url({ protocol: /^https?$/, error: 'Debe ser una lista de orígenes http(s) separados por comas' }),
    ),
  ),
  /** Whose `X-Forwarded-*` are believed; nobody's by default. */
  TRUST_PROXY: commaSeparated.pipe(
    z.array(
      z.string().refine(isNetwork, {
        error: 'Debe ser una lista de direcciones, redes (10.0.0.0/8) o loopback, separadas por comas',
      }),
    ),
  ),
};

/** Where calls on behalf of clients come from: an address of this machine that nothing else uses, for `TRUST_PROXY`. */
export const proxyEnvironment = {
  PROXY_SOURCE_ADDRESS: z
    .string()
    .refine((value) => isIP(value) !== 0, { error: 'Debe ser una dirección IP' })
    .optional(),
};

/** Of what is published without anything in front of it: the front door and Bull Board. */
export const tlsEnvironment = {
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
};

const readableFile = z
  .string()
  .superRefine((path, context) => {
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      context.addIssue(
        `No se puede leer (${code}); indique un fichero que este proceso pueda leer, o quítela`,
      );
    }
  })
  .optional();

export const redisEnvironment = {
  REDIS_URL: z
    .string()
    .superRefine((text, context) => {
      try {
        parseRedisUrl(text);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
      }
    })
    .default('redis://127.0.0.1:6379'),
  REDIS_CA_FILE: readableFile,
  REDIS_SENTINEL_PASSWORD_FILE: readableFile,
};

/** Fault switches for experiments; off by default and refused in production. */
export const faultEnvironment = {
  FAULT_RATE: z.coerce
    .number({ error: 'Debe ser un número de 0 a 1' })
    .min(0, { error: 'Debe ser un número de 0 a 1' })
    .max(1, { error: 'Debe ser un número de 0 a 1' })
    .default(0),
  FAULT_LATENCY_MS: milliseconds(0, 60_000),
  ALLOW_FAULTS: z.enum(['0', '1'], { error: 'Use 0 o 1' }).default('0'),
};

export interface FaultSwitches {
  FAULT_RATE: number;
  FAULT_LATENCY_MS: number;
}

/** @throws ConfigError when a fault switch is on in production without `ALLOW_FAULTS=1`. */
export function assertFaultsAllowed(
  config: FaultSwitches & { NODE_ENV: string; ALLOW_FAULTS: string },
): void {
  const on = config.FAULT_RATE > 0 || config.FAULT_LATENCY_MS > 0;
  if (on && config.NODE_ENV === 'production' && config.ALLOW_FAULTS !== '1') {
    throw new ConfigError([
      'FAULT_RATE y FAULT_LATENCY_MS no se admiten con NODE_ENV=production; quítelas o ponga ALLOW_FAULTS=1',
    ]);
  }
}

/** Where each service is found. */
export const serviceUrls = byUrlVariable((service) => httpUrl(`http://127.0.0.1:${service.port}`));

/** Where a process finds autorizador and its own secrets. */
export const verifierEnvironment = {
  AUTORIZADOR_URL: serviceUrls.AUTORIZADOR_URL,
  SECRETS_DIR: z.string().optional(),
  JWKS_FILE: z.string().optional(),
};
