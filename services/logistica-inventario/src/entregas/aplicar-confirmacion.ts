/** What becomes of an accepted confirmation: applied, refused, dead, or brought back. Each runs in the caller's transaction. */
import { failTask } from '@medisupply/shared/queueing/store/task-store';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { debitar } from '../inventario/existencias.ts';
import type { LogisticaTables } from '../tables.ts';
import { soloPersonales } from './campos-personales.ts';
import type { ConfirmacionRow } from './confirmaciones.repository.ts';
import { findConfirmacion, getConfirmacion, setConfirmacionState } from './confirmaciones.repository.ts';
import { changeState } from './entregas.repository.ts';

const WORKER = 'worker';

/**
 * ENTREGADA with the confirmed data (ciphertext is copied, nothing is decrypted), and its stock debited. The row is read
 * here: since the caller looked at it, it may have been encrypted again with another key.
 */
export async function aplicarConfirmacion(
  tx: Tx<LogisticaTables>,
  taskId: string,
  now: number,
): Promise<void> {
  const confirmacion = await getConfirmacion(tx, taskId);
  await changeState(
    tx,
    {
      id: confirmacion.entrega_id,
      estado: ESTADO_ENTREGA.entregada,
      anterior: ESTADO_ENTREGA.pendiente,
      momento: now,
      actor: WORKER,
      task_id: confirmacion.task_id,
    },
    {
      confirmada_por: confirmacion.usuario_id,
      ...soloPersonales(confirmacion),
      firma: confirmacion.firma,
      fecha_entrega: now,
    },
  );
  await debitar(tx, confirmacion.entrega_id, confirmacion.task_id, now);
  await setConfirmacionState(tx, confirmacion.task_id, 'APLICADA', now);
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
