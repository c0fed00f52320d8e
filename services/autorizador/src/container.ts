import type { KeyObject } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { InFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import type { PublicJwks } from '@medisupply/shared/security/jwks';
import type { KeySet } from '@medisupply/shared/security/key-set';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { AutorizadorDatabase } from './database.ts';
import type { LimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import type { Contrasenas } from './usuarios/contrasenas.ts';
import type { ContrasenasComunes } from './usuarios/contrasenas-comunes.ts';
import type { Revocaciones } from './usuarios/publicar-revocaciones.ts';

export const SERVICE_NAME = 'autorizador';

interface PrivateKey {
  kid: string;
  privateKey: KeyObject;
}

/** Everything that autorizador's routes and use cases work with. */
export interface Container extends ServiceContainer<Config> {
  db: AutorizadorDatabase;
  redis: Redis;
  tokenKey: PrivateKey;
  signatureKey: PrivateKey;
  /** What is published. */
  jwks: PublicJwks;
  keySet: KeySet;
  contrasenas: Contrasenas;
  contrasenasComunes: ContrasenasComunes;
  limites: LimitesDeAcceso;
  firmasEnCurso: InFlightLimit;
  revocaciones: Revocaciones;
  /** ms UTC */
  now: () => number;
}
