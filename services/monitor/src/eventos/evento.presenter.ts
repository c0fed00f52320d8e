import { isoTime } from '@medisupply/shared/contracts/fields';
import type { RelayedEvento } from '@medisupply/shared/queueing/wire/event-stream';
import { entryIdOf } from '@medisupply/shared/queueing/wire/event-stream';
import type { EventData } from '@medisupply/shared/contracts/monitor/eventos';
import { sseEvent } from './sse-connection.ts';

/** An event as it goes to those who may see it; who they are stays inside. */
export function toSse(id: number, evento: RelayedEvento): string {
  const entryId = entryIdOf(id);
  const data: EventData['entrega'] = {
    id: entryId,
    tipo: evento.tipo,
    momento: isoTime(evento.momento),
    entrega_id: evento.entrega_id,
    task_id: evento.task_id,
    tarea: evento.tarea,
    estado: evento.estado,
    datos: evento.datos,
  };
  return sseEvent(evento.entrega_id === null ? 'tarea' : 'entrega', data, entryId);
}

/** An event that is not stored: it has no id, and nobody resumes from it. */
export const ephemeral = <N extends keyof EventData>(name: N, data: EventData[N]): string =>
  sseEvent(name, data);
