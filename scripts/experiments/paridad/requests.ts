import { AUTORIZADOR } from './autorizador.ts';
import { ENTREGAS_Y_CONFIRMAR } from './logistica.ts';
import { MONITOR } from './monitor.ts';
import type { ParityRequest } from './request.ts';
import { TAREAS_Y_RESULTADOS } from './tareas.ts';

/** In the order in which they are sent: what one remembers, a later one uses. */
export const REQUESTS: readonly ParityRequest[] = [
  ...AUTORIZADOR,
  ...ENTREGAS_Y_CONFIRMAR,
  ...TAREAS_Y_RESULTADOS,
  ...MONITOR,
];
