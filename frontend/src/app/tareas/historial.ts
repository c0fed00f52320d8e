import type { Evento, TimedEvento } from '../core/eventos/evento';
import { timed } from '../core/eventos/evento';

type Tone = 'good' | 'bad' | 'wait' | 'plain';

/** Every type that has a text, below `tareas.sucesos`. */
const TONES: Readonly<Record<string, Tone>> = {
  recibida: 'plain',
  firma: 'plain',
  firma_rechazada: 'bad',
  aceptada: 'plain',
  encolada: 'plain',
  inicio: 'plain',
  reintento: 'wait',
  reactivada: 'wait',
  aplicada: 'good',
  fin: 'good',
  rechazada: 'bad',
  muerta: 'bad',
  fallida: 'bad',
  cancelada: 'bad',
};

/** Two processes write the history: a worker may write `inicio` before logistica writes `encolada`. */
export const historialOf = (historial: readonly Evento[]): TimedEvento[] =>
  timed(historial.toSorted((a, b) => a.momento.localeCompare(b.momento)));

export const toneOf = ({ tipo }: Evento): Tone => TONES[tipo] ?? 'plain';

export const isKnown = ({ tipo }: Evento): boolean => tipo in TONES;
