import type { Redis } from 'ioredis';
import type { InFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import type { RateLimit } from '@medisupply/shared/http/rate-limit';
import type { KeySet } from '@medisupply/shared/security/key-set';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Claves } from './claves/claves.ts';
import type { Config } from './config.ts';
import type { AutorizadorDatabase } from './database.ts';
import type { Dispositivos } from './sesiones/dispositivos.ts';
import type { LimitesDeAcceso } from './sesiones/limites-de-acceso.ts';
import type { Contrasenas } from './usuarios/contrasenas.ts';
import type { ContrasenasComunes } from './usuarios/contrasenas-comunes.ts';
import type { Revocaciones } from './usuarios/publicar-revocaciones.ts';

export const SERVICE_NAME = 'autorizador';

/** Everything that autorizador's routes and use cases work with. */
export interface Container extends ServiceContainer<Config> {
  db: AutorizadorDatabase;
  redis: Redis;
  claves: Claves;
  keySet: KeySet;
  contrasenas: Contrasenas;
  /** Apart from the others: sign-ups keep no login waiting. */
  contrasenasDeRegistro: Pick<Contrasenas, 'hash'>;
  contrasenasComunes: ContrasenasComunes;
  limites: LimitesDeAcceso;
  dispositivos: Dispositivos;
  registros: RateLimit;
  firmasEnCurso: InFlightLimit;
  revocaciones: Revocaciones;
  /** ms UTC */
  now: () => number;
}
