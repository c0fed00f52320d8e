/** What becomes of an accepted confirmation: applied, refused, dead, or brought back. Each runs in the caller's transaction. */
import { failTask } from '@medisupply/shared/queueing/store/task-store';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { debitar } from '../inventario/existencias.ts';
import type { LogisticaTables } from '../tables.ts';
import type { ConfirmacionRow } from './confirmaciones.repository.ts';
import { findConfirmacion, setConfirmacionState } from './confirmaciones.repository.ts';
import { shareTareas } from '../tareas/tareas.repository.ts';
import { applyConfirmacion, changeState } from './entregas.repository.ts';
import { setFirmada } from './fotos.repository.ts';

const WORKER = 'worker';

/** ENTREGADA with the confirmed data, and its stock debited. */
export async function aplicarConfirmacion(
  tx: Tx<LogisticaTables>,
  { task_id, entrega_id }: Pick<ConfirmacionRow, 'task_id' | 'entrega_id'>,
  now: number,
): Promise<void> {
  const applied = await applyConfirmacion(tx, {
    id: entrega_id,
    anterior: ESTADO_ENTREGA.pendiente,
    momento: now,
    actor: WORKER,
    task_id,
  });
  if (applied?.reservas) await debitar(tx, entrega_id, task_id, now);
  await setConfirmacionState(tx, task_id, 'APLICADA', now);
}

/** The late verification refused the signature: the delivery is as it was before, and free to be confirmed. */
export async function rechazarConfirmacion(
  tx: Tx<LogisticaTables>,
  confirmacion: ConfirmacionRow,
  motivo: string,
  now: number,
): Promise<void> {
  const ended = await failTask(tx, confirmacion.task_id, {
    estado: 'FAILURE',
    error: motivo,
    evento: 'rechazada',
    now,
  });
  if (!ended) return;
  await setConfirmacionState(tx, confirmacion.task_id, 'RECHAZADA', now);
  await changeState(
    tx,
    {
      id: confirmacion.entrega_id,
      estado: confirmacion.estado_anterior,
      anterior: ESTADO_ENTREGA.pendiente,
      momento: now,
      actor: WORKER,
      task_id: confirmacion.task_id,
    },
    { confirmada_por: null },
  );
  await shareTareas(tx, confirmacion.entrega_id);
  if (confirmacion.foto_sha256 !== null) await setFirmada(tx, confirmacion, false);
}

/** Out of retries: visible as FAILED_MAX_RETRIES, and keeps its place until an Admin re-drives it. */
export async function marcarMuerta(
  tx: Tx<LogisticaTables>,
  taskId: string,
  motivo: string,
  now: number,
): Promise<void> {
  const ended = await failTask(tx, taskId, { estado: 'FAILURE', error: motivo, evento: 'muerta', now });
  const confirmacion = ended ? await findConfirmacion(tx, taskId) : undefined;
  if (!confirmacion) return;
  await setConfirmacionState(tx, taskId, 'MUERTA', now);
  await changeState(tx, {
    id: confirmacion.entrega_id,
    estado: ESTADO_ENTREGA.fallida,
    anterior: ESTADO_ENTREGA.pendiente,
    momento: now,
    actor: WORKER,
    task_id: taskId,
  });
}
