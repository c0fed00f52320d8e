import { createAuthenticator } from '@medisupply/shared/http/authenticate';
import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { createAccessTokenVerifier } from '@medisupply/shared/security/access-token';
import { actualKey, publishedJwks } from '@medisupply/shared/security/key-files';
import { fixedKeySet } from '@medisupply/shared/security/key-set';
import { createServiceKeyVerifier } from '@medisupply/shared/security/service-key';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openAutorizadorDatabase } from './database.ts';
import { createLimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import { purgeSesiones } from './sesiones/purgar-sesiones.ts';
import type { Contrasenas } from './usuarios/contrasenas.ts';
import { createContrasenas } from './usuarios/contrasenas.ts';
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
    const db = opening.own(await openAutorizadorDatabase(config.DATA_DIR));
    if (await crearAdministrador(db, contrasenas, secrets.ADMIN_CONTRASENA, now())) {
      logger.info({ usuario: PRIMER_ADMINISTRADOR }, 'primer administrador creado');
    }

    const redis = opening.redis();
    const revocaciones = opening.own(await createRevocaciones({ db, redis, logger, now }));
    const purge = setInterval(() => void purgeSesiones(db, now(), logger), 3_600_000).unref();
    opening.onClose(() => clearInterval(purge));

    // Its own keys: nobody has to be asked for them.
    const jwks = publishedJwks(secrets.TOKEN_KEYS, secrets.SIGNATURE_KEYS);
    const keySet = fixedKeySet(jwks.keys);
    return {
      db,
      redis,
      tokenKey: actualKey(secrets.TOKEN_KEYS),
      signatureKey: actualKey(secrets.SIGNATURE_KEYS),
      jwks,
      keySet,
      authenticator: createAuthenticator({
        verifyToken: createAccessTokenVerifier({ keySet, now }).verify,
        verifyServiceKey: createServiceKeyVerifier(secrets.SERVICE_KEYS).verify,
        isRevoked: revocaciones.isRevoked,
      }),
      contrasenas,
      contrasenasComunes: createContrasenasComunes(),
      limites: createLimitesDeAcceso(redis),
      firmasEnCurso: createInFlightLimit(config.SIGN_MAX_IN_FLIGHT),
      revocaciones,
      now,
    };
  });
}
