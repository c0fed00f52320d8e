/** The worker's door into this service: what it uses besides the handlers, which it runs on this service's database. */
export { openLogisticaDatabase } from './database.ts';
export { marcarMuerta } from './entregas/aplicar-confirmacion.ts';
export type { LogisticaTables } from './tables.ts';
export { cancelarTarea } from './tareas/controlar-tarea.ts';
export { findViewersOf } from './tareas/tareas.repository.ts';
