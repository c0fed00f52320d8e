import type { EventoTipo } from '../../contracts/vocabulary.ts';
import { preparedInsert } from '../../db/prepared.ts';
import type { Tx } from '../../db/unit-of-work.ts';
import type { EventoTable, OutboxTables } from './tables.ts';

export interface NewEvento {
  tipo: EventoTipo;
  momento: number;
  task_id?: string;
  entrega_id?: number | null;
  /** Without personal data. */
  datos?: Record<string, unknown>;
}

/** Writes events in the caller's transaction, with the change they tell of. */
export async function insertEventos(
  tx: Tx<{ evento: EventoTable }>,
  eventos: readonly NewEvento[],
): Promise<void> {
  await insertRows(
    tx,
    eventos.map((evento) => ({ ...evento, datos: evento.datos ? JSON.stringify(evento.datos) : null })),
  );
}

const insertRows = preparedInsert<{ evento: EventoTable }, 'evento'>('evento', [
  'tipo',
  'momento',
  'task_id',
  'entrega_id',
  'datos',
]);

/** `encolada` for each of the tasks, with its delivery. */
export async function insertEncoladas(
  tx: Tx<OutboxTables>,
  taskIds: readonly string[],
  momento: number,
): Promise<void> {
  if (taskIds.length === 0) return;
  await tx
    .insertInto('evento')
    .columns(['tipo', 'momento', 'task_id', 'entrega_id'])
    .expression((eb) =>
      eb
        .selectFrom('tarea')
        .select((task) => [
          task.val<EventoTipo>('encolada').as('tipo'),
          task.val(momento).as('momento'),
          'task_id',
          'entrega_id',
        ])
        .where('task_id', 'in', taskIds)
        .orderBy('seq'),
    )
    .execute();
}
