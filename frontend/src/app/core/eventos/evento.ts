import type { EventoTipo } from '@medisupply/shared/contracts/vocabulary';
import type { LogisticaOperations } from '@medisupply/api-client/operations';

type Suceso = LogisticaOperations['GET /tareas/:task_id']['answer']['historial'][number];
/** Before the server knows of a confirmation. */
export type PasoLocal = 'pulsada' | 'firmada' | 'firmada_de_nuevo' | 'reenviada';

/** What happened to a task: a row of its history, a live event, or a step that this device alone knows. */
export interface Evento extends Omit<Suceso, 'tipo'> {
  tipo: EventoTipo | PasoLocal;
}

export interface TimedEvento extends Evento {
  /** Since the event before (ms); undefined for the first. */
  elapsed: number | undefined;
}

/** `eventos` are in order. */
export const timed = (eventos: readonly Evento[]): TimedEvento[] =>
  eventos.map((evento, index) => {
    const before = eventos[index - 1];
    return { ...evento, elapsed: before && Date.parse(evento.momento) - Date.parse(before.momento) };
  });

/** From 1 on. */
export const attemptOf = ({ datos }: Evento): number =>
  (typeof datos?.['intento'] === 'number' ? datos['intento'] : 0) + 1;

/** Why it was retried, refused or failed, in the server's words. */
export const reasonOf = ({ datos }: Evento): string | undefined =>
  [datos?.['motivo'], datos?.['error']].find((value) => typeof value === 'string');
