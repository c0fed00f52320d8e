import type { Suceso } from './tarea';

export interface Step {
  tipo: string;
  /** Whether it has a text, below `tareas.sucesos`. */
  isKnown: boolean;
  momento: string;
  /** Since the step before (ms). */
  after: number | undefined;
  /** From 1 on. */
  intento: number;
  /** Why: the reason of a retry or a failure. */
  detail: string | undefined;
  tone: 'good' | 'bad' | 'wait' | 'plain';
}

const TONES: Readonly<Record<string, Step['tone']>> = {
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

export function historialOf(historial: readonly Suceso[]): Step[] {
  // Two processes write it: what began may be written down before that it was sent.
  const inOrder = historial.toSorted((a, b) => a.momento.localeCompare(b.momento));
  return inOrder.map(({ tipo, momento, datos = {} }, index) => {
    const before = inOrder[index - 1];
    return {
      tipo,
      isKnown: tipo in TONES,
      momento,
      after: before && Date.parse(momento) - Date.parse(before.momento),
      intento: (typeof datos['intento'] === 'number' ? datos['intento'] : 0) + 1,
      detail: textOf(datos['motivo']) ?? textOf(datos['error']),
      tone: TONES[tipo] ?? 'plain',
    };
  });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
