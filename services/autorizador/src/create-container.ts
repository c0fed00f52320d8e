import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { createRateLimit } from '@medisupply/shared/http/rate-limit';
import { CHANGE_TOKEN_TYP, createAccessTokenVerifier } from '@medisupply/shared/security/access-token';
import { ownKeySet } from '@medisupply/shared/security/key-set';
import { followServiceKeys } from '@medisupply/shared/security/service-key';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import { followClaves } from './claves/claves.ts';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openAutorizadorDatabase } from './database.ts';
import { createDispositivos } from './sesiones/dispositivos.ts';
import { createLimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import { purgeSesiones } from './sesiones/purgar-sesiones.ts';
import { createQuienLlama } from './sesiones/quien-llama.ts';
import type { Contrasenas } from './usuarios/contrasenas.ts';
import { createContrasenas, createContrasenasDeRegistro } from './usuarios/contrasenas.ts';
import { createContrasenasComunes } from './usuarios/contrasenas-comunes.ts';
import { crearAdministrador, PRIMER_ADMINISTRADOR } from './usuarios/crear-administrador.ts';
import { createRevocaciones } from './usuarios/publicar-revocaciones.ts';

/** Opens everything that the service needs; Redis may be down. */
export function createContainer(
  config: Config,
  overrides: Overrides & { now?: () => number; contrasenas?: Contrasenas } = {},
): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, async (opening) => {
    const { logger } = opening;
    const { secrets } = config;
    const now = overrides.now ?? Date.now;
    const contrasenas = overrides.contrasenas ?? createContrasenas({ pepper: secrets.PASSWORD_PEPPER });
    const db = opening.own(await openAutorizadorDatabase(config));
    if (await crearAdministrador(db, contrasenas, secrets.ADMIN_CONTRASENA, now())) {
      logger.info({ usuario: PRIMER_ADMINISTRADOR }, 'primer administrador creado');
    }

    // Its own keys: nobody has to be asked for them.
    const claves = followClaves(config.secretFiles, logger);
    const keySet = ownKeySet(() => claves.jwks().keys);
    const redis = opening.redis();
    const revocaciones = opening.own(await createRevocaciones({ db, redis, keySet, claves, logger, now }));
    const purge = setInterval(() => void purgeSesiones(db, now(), logger), 3_600_000).unref();
    opening.onClose(() => clearInterval(purge));

    return {
      db,
      redis,
      claves,
      keySet,
      authenticator: createQuienLlama(
        {
          verifyToken: createAccessTokenVerifier({ keySet, now }).verify,
          verifyServiceKey: followServiceKeys(config.secretFiles.SERVICE_KEYS, logger).verify,
          isRevoked: revocaciones.isRevoked,
        },
        createAccessTokenVerifier({ keySet, now, typ: CHANGE_TOKEN_TYP }),
      ),
      contrasenas,
      contrasenasDeRegistro: overrides.contrasenas ?? createContrasenasDeRegistro(secrets.PASSWORD_PEPPER),
      contrasenasComunes: createContrasenasComunes(),
      limites: createLimitesDeAcceso(redis),
      dispositivos: createDispositivos(secrets.PASSWORD_PEPPER, now),
      registros: createRateLimit({
        redis,
        name: 'registro',
        perMinute: config.SIGNUP_RATE,
        burst: Math.max(0, config.SIGNUP_BURST - config.SIGNUP_RATE),
        message: 'Demasiados registros desde esta dirección; espere un momento',
      }),
      firmasEnCurso: createInFlightLimit(config.SIGN_MAX_IN_FLIGHT),
      revocaciones,
      now,
    };
  });
}
