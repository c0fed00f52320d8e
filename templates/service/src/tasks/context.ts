import type { OpenDatabase, TaskHost } from '@medisupply/shared';
import { readTaskConfig } from '../config.ts';
import { openServicioPlantillaDatabase } from '../database.ts';
import type { ServicioPlantillaTables } from '../tables.ts';

/** What the handlers work with, in the worker's process. */
export interface ServicioPlantillaTaskContext {
  database: OpenDatabase<ServicioPlantillaTables>;
}

export default async function createTaskContext({
  env,
}: Pick<TaskHost, 'env'>): Promise<{ context: ServicioPlantillaTaskContext; close(): Promise<void> }> {
  const database = await openServicioPlantillaDatabase(readTaskConfig(env));
  return { context: { database }, close: () => database.close() };
}
