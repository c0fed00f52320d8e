import { conflict, forbidden } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import { hasScope } from '@medisupply/shared/http/caller';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { backoff } from '@medisupply/shared/lifecycle/backoff';
import { findTarea, insertAttempt } from '@medisupply/shared/queueing/store/task-store';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import type { Container } from '../container.ts';
import { marcarMuerta } from '../entregas/aplicar-confirmacion.ts';
import { findConfirmacion } from '../entregas/confirmaciones.repository.ts';
import type { RetryRequest, TareaEncolada } from '@medisupply/shared/contracts/logistica/tareas';

const DELAY = { first: 1_000, max: 60_000 };

/** Full jitter: anywhere between nothing and 1 s · 2ⁿ, at most a minute (ms). */
export const retryDelay = (intento: number, random: () => number = Math.random): number =>
  Math.round(random() * backoff(intento, DELAY));

/**
 * The next attempt of an accepted confirmation. Sending the same count again is harmless; after the last one the
 * confirmation is marked dead instead, visible and ready to be re-driven. Only the worker knows that an attempt failed: from
 * anybody else a larger count would use the attempts up.
 * @throws AppError 403 a larger count without the scope `reintentos`; 409 no live confirmation, or a count that skips one
 */
export async function reintentarEntrega(
  { database, outbox }: Pick<Container, 'database' | 'outbox'>,
  request: RetryRequest,
  caller: Caller,
): Promise<TareaEncolada> {
  const { task_id, entrega_id, _retry_count: intento } = request;
  const now = Date.now();
  await database.unitOfWork.write(async (tx) => {
    const confirmacion = await findConfirmacion(tx, task_id);
    const tarea = await findTarea(tx, task_id);
    if (!tarea || confirmacion?.estado !== 'ACEPTADA' || confirmacion.entrega_id !== entrega_id) {
      throw conflict('La entrega no tiene una confirmación en curso con esa tarea');
    }
    if (intento <= tarea.intento) return;
    if (!hasScope(caller, 'reintentos'))
      throw forbidden(
        'Solo el worker pide otro intento de una confirmación; un Admin puede reactivar una que falló',
      );
    if (intento > tarea.intento + 1) throw conflict(`El siguiente intento es el ${tarea.intento + 1}`);
    if (intento - tarea.intento_base > procesarEntrega.retry.max) {
      await marcarMuerta(tx, task_id, `Sin éxito tras ${procesarEntrega.retry.max} reintentos`, now);
      return;
    }
    await insertAttempt(tx, tarea, {
      intento,
      params: { entrega_id, _retry_count: intento },
      disponible: now + retryDelay(intento),
      now,
      motivo: 'fallo transitorio',
    });
  });
  outbox.relay.wake();
  return {
    message: 'Reintento aceptado',
    task_id,
    task_name: procesarEntrega.name,
    status: 'PENDING',
    queue: procesarEntrega.queue,
    timestamp: isoTime(now),
  };
}
