import type { LogisticaOperations } from '@medisupply/api-client/operations';

export type Tarea = LogisticaOperations['GET /tareas']['answer']['tasks'][number];
export type TareaDisponible = LogisticaOperations['GET /tareas']['answer']['tareas_disponibles'][number];
export type TareaDetalle = LogisticaOperations['GET /tareas/:task_id']['answer'];
export type TareaEncolada = LogisticaOperations['POST /tareas']['answer'];

/** `logistica.generar_reporte` → `generar_reporte`. */
export const tipoOf = (name: string): string => name.slice(name.indexOf('.') + 1);

/** Tasks that have texts in both languages, below `tareas.tipos`; others are called by their names. */
const KNOWN: ReadonlySet<string> = new Set([
  'procesar_entrega',
  'validar_inventario',
  'generar_reporte',
  'invariantes',
  'health_check',
  'log_activity',
  'generate_metrics',
  'ping_logistica',
]);

export const isKnown = (tipo: string): boolean => KNOWN.has(tipo);

export const REPORTE = 'generar_reporte';
export const PROCESAR_ENTREGA = 'procesar_entrega';

/** A confirmation that was accepted is not cancelled. */
export const isCancellable = ({ ready, name }: TareaDetalle): boolean =>
  !ready && tipoOf(name) !== PROCESAR_ENTREGA;
