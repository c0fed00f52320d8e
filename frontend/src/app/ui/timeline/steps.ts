import type { Suceso } from '../../core/confirmaciones/confirmacion-guardada';
import type { IconName } from '../icons';

type Tone = 'good' | 'bad' | 'wait' | 'done';

export interface Step {
  tipo: string;
  momento: string;
  /** Since the step before (ms); undefined for the first. */
  elapsed: number | undefined;
  tone: Tone;
  icon: IconName;
  /** Beside what the step is called: which attempt, by whom it was verified, why it failed. */
  datos: Record<string, unknown>;
}

/** In the order in which they come when two bear the same millisecond. */
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

/** What is told of one confirmation, from wherever, in order, each thing once. */
export function stepsOf(sucesos: readonly Suceso[]): Step[] {
  const known = new Map(sucesos.filter(({ tipo }) => ORDER.includes(tipo)).map((one) => [keyOf(one), one]));
  const sorted = [...known.values()].toSorted(
    (a, b) => Date.parse(a.momento) - Date.parse(b.momento) || ORDER.indexOf(a.tipo) - ORDER.indexOf(b.tipo),
  );
  const told = queuedBeforeStarted(sorted);
  return told.map(({ tipo, momento, datos }, index) => {
    const before = told[index - 1];
    return {
      tipo,
      momento,
      elapsed: before && Date.parse(momento) - Date.parse(before.momento),
      ...(LOOKS[tipo] ?? { icon: 'clock', tone: 'done' }),
      datos: datos ?? {},
    };
  });
}

/**
 * `encolada` is noted when the queue has answered, and a worker may be faster than that answer, even done by then: the
 * task was in the queue when it was taken from it, at the latest.
 */
function queuedBeforeStarted(sorted: readonly Suceso[]): Suceso[] {
  const told: Suceso[] = [];
  for (const suceso of sorted) {
    const start = suceso.tipo === 'encolada' ? told.findLastIndex(({ tipo }) => tipo === 'inicio') : -1;
    const started = told[start];
    const wasQueued = told.slice(0, start).findLast(({ tipo }) => SENDING.has(tipo))?.tipo === 'encolada';
    if (started && !wasQueued) told.splice(start, 0, { ...suceso, momento: started.momento });
    else told.push(suceso);
  }
  return told;
}

const keyOf = ({ tipo, momento, datos }: Suceso): string => [tipo, momento, datos?.['intento']].join(' ');

/** Applied, refused or out of retries, unless somebody re-drove it after that. */
export function hasEnded(steps: readonly Step[]): boolean {
  const turn = steps.findLast(({ tipo }) => LAST.has(tipo) || tipo === 'reactivada');
  return turn !== undefined && LAST.has(turn.tipo);
}

/** From the first step to the last (ms). */
export const total = (steps: readonly Step[]): number =>
  steps.reduce((sum, { elapsed }) => sum + (elapsed ?? 0), 0);
