import type { Kysely } from 'kysely';
import { registerGauge } from '@medisupply/shared/metrics/gauge';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import type { LogisticaTables } from '../tables.ts';
import { countByState } from './entregas.repository.ts';

export const registerDeadConfirmations = (registry: Metrics['registry'], db: Kysely<LogisticaTables>): void =>
  registerGauge(registry, {
    name: 'medisupply_dead_confirmations',
    help: 'Accepted confirmations that are out of retries (MUERTA) and wait for an Admin',
    read: () => countByState(db, ESTADO_ENTREGA.fallida),
  });
