/** servicio-plantilla.db. Times are integer ms UTC. */
import type { Generated } from 'kysely';

export interface SaludoTable {
  id: Generated<number>;
  /** The task that made it: one row however often the task runs. */
  task_id: string;
  nombre: string;
  texto: string;
  creado: number;
}

export interface ServicioPlantillaTables {
  saludo: SaludoTable;
}
