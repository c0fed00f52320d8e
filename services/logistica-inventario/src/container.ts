import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { InFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import type { RateLimit } from '@medisupply/shared/http/rate-limit';
import type { ServiceClient } from '@medisupply/shared/http/service-client';
import type { AnnounceCancellation } from '@medisupply/shared/queueing/control/cancellations';
import type { Outbox } from '@medisupply/shared/queueing/relay/outbox';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import type { HashSeal } from '@medisupply/shared/security/hash-seal';
import type { KeySet } from '@medisupply/shared/security/key-set';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { FirmasRechazadas } from './entregas/firmas-rechazadas.ts';
import type { Sellado } from './sellado/sellado.ts';
import type { LogisticaTables } from './tables.ts';

export const SERVICE_NAME = 'logistica-inventario';

/** Everything that logistica's routes and use cases work with. */
export interface Container extends ServiceContainer<Config> {
  database: OpenDatabase<LogisticaTables>;
  cipher: FieldCipher;
  hashSeal: HashSeal;
  sellado: Sellado;
  keySet: KeySet;
  queues: QueueClient;
  outbox: Outbox;
  announceCancellation: AnnounceCancellation;
  /** Asked for seals of proofs, and for nothing else. */
  autorizador: ServiceClient;
  confirmLimit: InFlightLimit;
  sealLimit: InFlightLimit;
  confirmRate: RateLimit;
  createRate: RateLimit;
  /** By address: whoever follows a link has no account. */
  seguimientoRate: RateLimit;
  palabraRate: RateLimit;
  firmasRechazadas: FirmasRechazadas;
}
