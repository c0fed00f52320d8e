/** Parameters that have texts in both languages, below `tareas.campos`; others are named as they are declared. */
export const KNOWN_PARAMS: ReadonlySet<string> = new Set([
  'producto_id',
  'cantidad',
  'fecha_inicio',
  'fecha_fin',
  'tipo',
  'descripcion',
  'usuario_id',
  'datos',
  'entrega_id',
  'task_id',
  '_retry_count',
]);
