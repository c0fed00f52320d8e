/** What an Admin does to a single task: cancel it, or re-drive one that failed for good. */
import { isoTime } from '@medisupply/shared/contracts/fields';
import { conflict, notFound } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import { failTask, findTarea, insertAttempt } from '@medisupply/shared/queueing/store/task-store';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import type { Container } from '../container.ts';
import { findConfirmacion, setConfirmacionState } from '../entregas/confirmaciones.repository.ts';
import { changeState } from '../entregas/entregas.repository.ts';
import { reopenTask } from './tareas.repository.ts';
import type { TareaEncolada } from '@medisupply/shared/contracts/logistica/tareas';
import { ESTADO_ENTREGA, isFinal } from '@medisupply/shared/contracts/vocabulary';

/**
 * Cancels a task that waits or runs, in whichever process. Also what `npm run control -- cancel` does, in a worker.
 * @throws AppError 404; 409 an accepted confirmation, or a task that has ended
 */
export async function cancelarTarea(
  { database, announceCancellation }: Pick<Container, 'database' | 'announceCancellation'>,
  taskId: string,
  caller: Caller,
): Promise<void> {
  await database.unitOfWork.write(async (tx) => {
    const tarea = await findTarea(tx, taskId);
    if (!tarea) throw notFound('Tarea no encontrada');
    if (tarea.tipo === procesarEntrega.name) throw conflict('Una confirmación aceptada no se cancela');
    if (tarea.estado === 'REVOKED') return;
    if (isFinal(tarea.estado)) throw conflict('La tarea ya terminó');
    await failTask(tx, taskId, {
      estado: 'REVOKED',
      error: `Cancelada por ${callerName(caller)}`,
      evento: 'cancelada',
      now: Date.now(),
    });
  });
  // The table says REVOKED already; this only stops a run that is under way.
  await announceCancellation(taskId);
}

/** Runs a task that failed for good once more, with all its retries. @throws AppError 404, 409 */
export async function reactivarTarea(
  { database, outbox }: Pick<Container, 'database' | 'outbox'>,
  taskId: string,
  caller: Caller,
): Promise<TareaEncolada> {
  const now = Date.now();
  const tarea = await database.unitOfWork.write(async (tx) => {
    const row = await findTarea(tx, taskId);
    if (!row) throw notFound('Tarea no encontrada');
    if (row.estado !== 'FAILURE') throw conflict('Solo se reactiva una tarea que falló definitivamente');
    const intento = row.intento + 1;
    let params = JSON.parse(row.params) as Record<string, unknown>;
    if (row.tipo === procesarEntrega.name) {
      const confirmacion = await findConfirmacion(tx, taskId);
      if (confirmacion?.estado !== 'MUERTA')
        throw conflict('La confirmación fue rechazada: su firma no es válida');
      await setConfirmacionState(tx, taskId, 'ACEPTADA', null);
      await changeState(tx, {
        id: confirmacion.entrega_id,
        estado: ESTADO_ENTREGA.pendiente,
        anterior: ESTADO_ENTREGA.fallida,
        momento: now,
        actor: callerName(caller),
        task_id: taskId,
      });
      params = { ...params, _retry_count: intento };
    }
    await reopenTask(tx, taskId, intento);
    await insertAttempt(tx, row, {
      intento,
      params,
      disponible: now,
      now,
      motivo: `reactivada por ${callerName(caller)}`,
      evento: 'reactivada',
    });
    return row;
  });
  outbox.relay.wake();
  return {
    message: 'Tarea reactivada',
    task_id: taskId,
    task_name: tarea.tipo,
    status: 'PENDING',
    queue: tarea.cola,
    timestamp: isoTime(now),
  };
}
