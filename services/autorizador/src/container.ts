import type { KeyObject } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Authenticator } from '@medisupply/shared/http/authenticate';
import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import type { InFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import type { RateLimit } from '@medisupply/shared/http/rate-limit';
import { createRateLimit } from '@medisupply/shared/http/rate-limit';
import { createLogger } from '@medisupply/shared/logging/logger';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { connectForCommands } from '@medisupply/shared/redis/connect';
import { CHANGE_TOKEN_TYP, createAccessTokenVerifier } from '@medisupply/shared/security/access-token';
import type { PublicJwks } from '@medisupply/shared/security/jwks';
import { actualKey, publishedJwks } from '@medisupply/shared/security/key-files';
import { fixedKeySet } from '@medisupply/shared/security/key-set';
import type { KeySet } from '@medisupply/shared/security/key-set';
import { createServiceKeyVerifier } from '@medisupply/shared/security/service-key';
import type { Config } from './config.ts';
import { openAutorizadorDatabase } from './database.ts';
import type { AutorizadorDatabase } from './database.ts';
import { MAX_IN_FLIGHT } from './firmas/firmar-datos.ts';
import { createDispositivos } from './sesiones/dispositivos.ts';
import type { Dispositivos } from './sesiones/dispositivos.ts';
import { createLimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import type { LimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import { createQuienLlama } from './sesiones/quien-llama.ts';
import { purgeSesiones } from './sesiones/purgar-sesiones.ts';
import { createContrasenas, createContrasenasDeRegistro } from './usuarios/contrasenas.ts';
import type { Contrasenas } from './usuarios/contrasenas.ts';
import { createContrasenasComunes } from './usuarios/contrasenas-comunes.ts';
import type { ContrasenasComunes } from './usuarios/contrasenas-comunes.ts';
import { crearAdministrador, PRIMER_ADMINISTRADOR } from './usuarios/crear-administrador.ts';
import { createRevocaciones } from './usuarios/publicar-revocaciones.ts';
import type { Revocaciones } from './usuarios/publicar-revocaciones.ts';

interface PrivateKey {
  kid: string;
  privateKey: KeyObject;
}

export interface Container {
  config: Config;
  logger: Logger;
  db: AutorizadorDatabase;
  redis: Redis;
  corsOrigins: readonly string[];
  tokenKey: PrivateKey;
  signatureKey: PrivateKey;
  /** What is published. */
  jwks: PublicJwks;
  keySet: KeySet;
  authenticator: Authenticator;
  contrasenas: Contrasenas;
  /** Apart from the others: sign-ups keep no login waiting. */
  contrasenasDeRegistro: Pick<Contrasenas, 'hash'>;
  contrasenasComunes: ContrasenasComunes;
  limites: LimitesDeAcceso;
  dispositivos: Dispositivos;
  registros: RateLimit;
  firmasEnCurso: InFlightLimit;
  revocaciones: Revocaciones;
  metrics: Metrics;
  /** ms UTC */
  now: () => number;
  close(): Promise<void>;
}

/** Opens everything the service needs; Redis may be down. `overrides` is for tests. */
export async function createContainer(
  config: Config,
  overrides: { logger?: Logger; now?: () => number; contrasenas?: Contrasenas } = {},
): Promise<Container> {
  const logger =
    overrides.logger ?? createLogger('autorizador', { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const now = overrides.now ?? Date.now;
  const contrasenas = overrides.contrasenas ?? createContrasenas({ pepper: config.passwordPepper });
  const db = await openAutorizadorDatabase(config.DATA_DIR);
  if (await crearAdministrador(db, contrasenas, config.adminContrasena, now())) {
    logger.info({ usuario: PRIMER_ADMINISTRADOR }, 'primer administrador creado');
  }

  const redis = connectForCommands({ REDIS_URL: config.REDIS_URL, password: config.redisPassword }, logger);
  const revocaciones = await createRevocaciones({ db, redis, logger, now });
  const purge = setInterval(() => void purgeSesiones(db, now(), logger), 3_600_000).unref();

  const jwks = publishedJwks(config.tokenKeys, config.signatureKeys);
  const keySet = fixedKeySet(jwks.keys);
  const tokens = createAccessTokenVerifier({ keySet, now });
  const metrics = createMetrics('autorizador');
  const services = createServiceKeyVerifier(config.serviceKeys);

  return {
    config,
    logger,
    db,
    redis,
    corsOrigins: config.CORS_ORIGINS,
    tokenKey: actualKey(config.tokenKeys),
    signatureKey: actualKey(config.signatureKeys),
    jwks,
    keySet,
    authenticator: createQuienLlama(
      { verifyToken: tokens.verify, verifyServiceKey: services.verify, isRevoked: revocaciones.isRevoked },
      createAccessTokenVerifier({ keySet, now, typ: CHANGE_TOKEN_TYP }),
    ),
    contrasenas,
    contrasenasDeRegistro: overrides.contrasenas ?? createContrasenasDeRegistro(config.passwordPepper),
    contrasenasComunes: createContrasenasComunes(),
    limites: createLimitesDeAcceso(redis),
    dispositivos: createDispositivos(config.passwordPepper, now),
    registros: createRateLimit({
      redis,
      name: 'registro',
      perMinute: config.SIGNUP_RATE,
      burst: Math.max(0, config.SIGNUP_BURST - config.SIGNUP_RATE),
      message: 'Demasiados registros desde esta dirección; espere un momento',
    }),
    firmasEnCurso: createInFlightLimit(MAX_IN_FLIGHT),
    revocaciones,
    metrics,
    now,
    async close() {
      clearInterval(purge);
      metrics.close();
      revocaciones.close();
      redis.disconnect();
      await db.close();
    },
  };
}
