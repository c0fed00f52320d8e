import type { z } from 'zod';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { badRequest } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import { fieldErrors } from '@medisupply/shared/http/field-errors';
import type { IdempotencyKey } from '@medisupply/shared/http/idempotency';
import { once } from '@medisupply/shared/db/idempotency';
import type { Reply } from '@medisupply/shared/http/reply';
import { reply } from '@medisupply/shared/http/route';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import { dispatchTask } from '@medisupply/shared/queueing/dispatcher';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { findTaskByTipo } from '@medisupply/shared/tasks/registry';
import type { Container } from '../container.ts';
import { confirmarEntrega } from '../entregas/confirmar-entrega.ts';
import { reintentarEntrega } from './reintentar-entrega.ts';
import type { TareaEncolada } from '@medisupply/shared/contracts/logistica/tareas';
import { confirmBody, retryBody } from '@medisupply/shared/contracts/logistica/tareas';
import { availableTipos, ejemplos } from './tareas-disponibles.ts';

type Request = { tipo: string } & Record<string, unknown>;

/**
 * Accepts any task of the registry. `procesar_entrega` comes as a retry of an accepted confirmation, or as a
 * confirmation itself; its signature is verified either way before anything is applied.
 */
export async function encolarTarea(
  container: Container,
  request: Request,
  caller: Caller,
  key: IdempotencyKey | undefined,
): Promise<Reply> {
  const { tipo, ...params } = request;
  const task = findTaskByTipo(tipo);
  if (!task) {
    throw badRequest(`Tipo de tarea desconocido: ${tipo}`, {
      extensions: { available_tasks: availableTipos(), ejemplos: ejemplos() },
    });
  }
  if (task === procesarEntrega) {
    if ('confirmacion_info' in params) return confirmFromTask(container, parse(confirmBody, request));
    return reply(202, await reintentarEntrega(container, parse(retryBody, request)));
  }
  const answer = await container.database.unitOfWork.write((tx) =>
    once(tx, key, async () => {
      const now = Date.now();
      const { task_id } = await dispatchTask(tx, task, params, { creada_por: callerName(caller), now });
      await insertEventos(tx, [{ tipo: 'aceptada', momento: now, task_id }]);
      const body: TareaEncolada = {
        message: 'Tarea enviada',
        task_id,
        task_name: task.name,
        status: 'PENDING',
        queue: task.queue,
        timestamp: isoTime(now),
      };
      return reply(202, body);
    }),
  );
  container.outbox.relay.wake();
  return answer;
}

async function confirmFromTask(container: Container, request: z.output<typeof confirmBody>): Promise<Reply> {
  const { firma_payload, usuario_id, entrega_id, ...fields } = request.confirmacion_info;
  const answer = await confirmarEntrega(container, {
    payload: deliveryPayload({ ...fields, entrega_id: request.entrega_id }, usuario_id),
    firma: firma_payload,
    usuario_id,
    // The signing user's own rights count, not those of the service that passes the confirmation on.
    admin: false,
    claimed: { entrega_id },
  });
  return reply(202, answer);
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest('Parámetros no válidos para procesar_entrega', {
    errors: fieldErrors('body', result.error),
    extensions: { ejemplos: ejemplos() },
  });
}
