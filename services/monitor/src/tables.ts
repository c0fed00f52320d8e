/** monitor.db. Times are integer ms UTC. */
import type { Generated } from 'kysely';

/** What `monitor.log_activity` was told, one row per task. */
export interface ActividadTable {
  id: Generated<number>;
  task_id: string;
  momento: number;
  tipo: string;
  descripcion: string | null;
  usuario_id: number | null;
  /** JSON */
  datos: string | null;
}

/** One run of `monitor.generate_metrics`. */
export interface MedicionTable {
  id: Generated<number>;
  task_id: string;
  momento: number;
}

/** One figure of one run; the figures of the same name are a series. */
export interface MetricaTable {
  /** Dotted, such as `cola.logistica.waiting`; units are part of the name. */
  nombre: string;
  medicion_id: number;
  valor: number;
}

export interface MonitorTables {
  actividad: ActividadTable;
  medicion: MedicionTable;
  metrica: MetricaTable;
}
