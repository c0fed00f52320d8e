import type { Evento, TimedEvento } from '../core/eventos/evento';
import { timed } from '../core/eventos/evento';

/** Two processes write the history: a worker may write `inicio` before logistica writes `encolada`. */
export const historialOf = (historial: readonly Evento[]): TimedEvento[] =>
  timed(historial.toSorted((a, b) => a.momento.localeCompare(b.momento)));
