import type { Evento, TimedEvento } from '../../core/eventos/evento';
import { timed } from '../../core/eventos/evento';
import { sucesoDe, TIPOS } from '../sucesos';

/** From the intent to send to the queue that has it. */
const SENDING: ReadonlySet<Evento['tipo']> = new Set(['aceptada', 'reintento', 'reactivada', 'encolada']);

const isLast = (evento: Evento): boolean => sucesoDe(evento)?.espera === 'fin';

/** The events of one confirmation from all sources, in order, each once. */
export function stepsOf(eventos: readonly Evento[]): TimedEvento[] {
  const steps = eventos.filter((one) => sucesoDe(one)?.espera !== undefined);
  const known = new Map(steps.map((one) => [keyOf(one), one]));
  const sorted = [...known.values()].toSorted(
    (a, b) => Date.parse(a.momento) - Date.parse(b.momento) || TIPOS.indexOf(a.tipo) - TIPOS.indexOf(b.tipo),
  );
  return timed(queuedBeforeStarted(sorted));
}

/**
 * `encolada` is written when the queue has answered. A worker may start the task before that, and even end it: the
 * task was in the queue when the worker started it, at the latest.
 */
function queuedBeforeStarted(sorted: readonly Evento[]): Evento[] {
  const eventos: Evento[] = [];
  for (const evento of sorted) {
    const start = evento.tipo === 'encolada' ? eventos.findLastIndex(({ tipo }) => tipo === 'inicio') : -1;
    const started = eventos[start];
    const wasQueued = eventos.slice(0, start).findLast(({ tipo }) => SENDING.has(tipo))?.tipo === 'encolada';
    if (started && !wasQueued) eventos.splice(start, 0, { ...evento, momento: started.momento });
    else eventos.push(evento);
  }
  return eventos;
}

const keyOf = ({ tipo, momento, datos }: Evento): string => [tipo, momento, datos?.['intento']].join(' ');

/** Applied, refused or out of retries, unless it was started again after that. */
export function endOf(steps: readonly TimedEvento[]): Evento['tipo'] | undefined {
  const turn = steps.findLast((step) => isLast(step) || step.tipo === 'reactivada');
  return turn !== undefined && isLast(turn) ? turn.tipo : undefined;
}

/** From the first step to the last (ms). */
export const total = (steps: readonly TimedEvento[]): number =>
  steps.reduce((sum, { elapsed }) => sum + (elapsed ?? 0), 0);
