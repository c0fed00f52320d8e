import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { removeOldActividad } from '../actividad/actividad.repository.ts';
import type { MonitorTables } from '../tables.ts';
import { removeOldMediciones } from './metricas.repository.ts';

const DAY = 24 * 3_600_000;
export const METRICS_RETENTION = 7 * DAY;
export const ACTIVITY_RETENTION = 30 * DAY;
export const ACTIVITY_MAX_ROWS = 100_000;
const BATCH = 500;

/** Removes what has been kept long enough, one small batch of each: it is called every minute. @returns rows removed */
export const removeExpired = (database: OpenDatabase<MonitorTables>, now: number): Promise<number> =>
  database.unitOfWork.write(
    async (tx) =>
      (await removeOldMediciones(tx, { before: now - METRICS_RETENTION, batch: BATCH })) +
      (await removeOldActividad(tx, {
        before: now - ACTIVITY_RETENTION,
        keep: ACTIVITY_MAX_ROWS,
        batch: BATCH,
      })),
  );
