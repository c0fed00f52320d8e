import type { Evento, TimedEvento } from '../../core/eventos/evento';
import { timed } from '../../core/eventos/evento';
import type { IconName } from '../icons';

type Tone = 'good' | 'bad' | 'wait' | 'done';

export interface Step extends TimedEvento {
  tone: Tone;
  icon: IconName;
}

/** In the order in which events of the same millisecond are shown. */
const LOOKS: Readonly<Record<string, { icon: IconName; tone: Tone }>> = {
  pulsada: { icon: 'signature', tone: 'done' },
  firmada: { icon: 'key-round', tone: 'done' },
  firmada_de_nuevo: { icon: 'key-round', tone: 'wait' },
  reenviada: { icon: 'send', tone: 'wait' },
  recibida: { icon: 'inbox', tone: 'done' },
  firma: { icon: 'shield-check', tone: 'done' },
  aceptada: { icon: 'database', tone: 'done' },
  encolada: { icon: 'layers', tone: 'done' },
  reactivada: { icon: 'refresh-cw', tone: 'wait' },
  inicio: { icon: 'play', tone: 'done' },
  reintento: { icon: 'rotate-ccw', tone: 'wait' },
  aplicada: { icon: 'circle-check', tone: 'good' },
  rechazada: { icon: 'circle-x', tone: 'bad' },
  muerta: { icon: 'circle-x', tone: 'bad' },
};
const ORDER = Object.keys(LOOKS);
/** From the intent to send to the queue that has it. */
const SENDING = new Set(['aceptada', 'reintento', 'reactivada', 'encolada']);
const LAST = new Set(['aplicada', 'rechazada', 'muerta']);

/** The events of one confirmation from all sources, in order, each once. */
export function stepsOf(eventos: readonly Evento[]): Step[] {
  const known = new Map(eventos.filter(({ tipo }) => ORDER.includes(tipo)).map((one) => [keyOf(one), one]));
  const sorted = [...known.values()].toSorted(
    (a, b) => Date.parse(a.momento) - Date.parse(b.momento) || ORDER.indexOf(a.tipo) - ORDER.indexOf(b.tipo),
  );
  return timed(queuedBeforeStarted(sorted)).map((evento) => ({
    ...evento,
    ...(LOOKS[evento.tipo] ?? { icon: 'clock', tone: 'done' }),
  }));
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
export function hasEnded(steps: readonly Step[]): boolean {
  const turn = steps.findLast(({ tipo }) => LAST.has(tipo) || tipo === 'reactivada');
  return turn !== undefined && LAST.has(turn.tipo);
}

/** From the first step to the last (ms). */
export const total = (steps: readonly Step[]): number =>
  steps.reduce((sum, { elapsed }) => sum + (elapsed ?? 0), 0);
