import { isFinal } from '@medisupply/shared/contracts/vocabulary';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { removeTasks } from '@medisupply/shared/queueing/store/retention';
import type { LogisticaTables } from '../tables.ts';

export interface Muestra {
  entregas: readonly number[];
  productos: readonly number[];
  usuarios: readonly number[];
}

/** Why nothing can be removed now: tasks that are under way, and real deliveries that use a sample product or courier. */
export interface Impedimento {
  tareas: number;
  entregas: number[];
}

/**
 * Takes sample deliveries and products out with all that hangs on them. It is for these alone: what happened to a real
 * delivery is never removed.
 */
export async function borrarMuestra(
  tx: Tx<LogisticaTables>,
  { entregas, productos, usuarios }: Muestra,
): Promise<Impedimento | undefined> {
  const tareas = await tx
    .selectFrom('tarea')
    .select(['task_id', 'estado'])
    .where('entrega_id', 'in', entregas)
    .execute();
  const real = await tx
    .selectFrom('entrega')
    .select('id')
    .where('id', 'not in', entregas)
    .where((eb) =>
      eb.or([
        eb('asignada_a', 'in', usuarios),
        eb('creador_id', 'in', usuarios),
        eb('confirmada_por', 'in', usuarios),
        eb.exists(
          eb
            .selectFrom('entrega_item')
            .select('producto_id')
            .whereRef('entrega_id', '=', 'entrega.id')
            .where('producto_id', 'in', productos),
        ),
      ]),
    )
    .execute();
  const running = tareas.filter(({ estado }) => !isFinal(estado)).length;
  if (running > 0 || real.length > 0) return { tareas: running, entregas: real.map(({ id }) => id) };

  const confirmaciones = await tx
    .deleteFrom('confirmacion')
    .where('entrega_id', 'in', entregas)
    .returning('task_id')
    .execute();
  const taskIds = [...new Set([...tareas, ...confirmaciones].map(({ task_id }) => task_id))];
  await tx.deleteFrom('outbox').where('task_id', 'in', taskIds).execute();
  await tx.deleteFrom('tarea_procesada').where('task_id', 'in', taskIds).execute();
  await removeTasks(tx, taskIds);
  await tx.deleteFrom('evento').where('entrega_id', 'in', entregas).execute();
  await tx.deleteFrom('movimiento_inventario').where('producto_id', 'in', productos).execute();
  await tx.deleteFrom('entrega_item').where('entrega_id', 'in', entregas).execute();
  await tx.deleteFrom('entrega_enlace').where('entrega_id', 'in', entregas).execute();
  await tx.deleteFrom('entrega_foto').where('entrega_id', 'in', entregas).execute();
  await tx.deleteFrom('entrega_historial').where('entrega_id', 'in', entregas).execute();
  await tx.deleteFrom('producto').where('id', 'in', productos).execute();
  await tx.deleteFrom('entrega').where('id', 'in', entregas).execute();
  return undefined;
}
