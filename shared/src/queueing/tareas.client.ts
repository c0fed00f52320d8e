import { z } from 'zod';
import { AppError, unavailable } from '../http/app-error.ts';
import type { IdempotencyKey } from '../http/idempotency.ts';
import type { ServiceClient } from '../http/service-client.ts';
import type { TaskDeclaration } from '../tasks/define-task.ts';
import { tipoOf } from '../tasks/define-task.ts';

/** How a service other than logistica has its tasks run: logistica alone writes, signs and follows them. */
export interface TareasClient {
  /**
   * Resolves when logistica has the task on disk. With an idempotency key, a repeat gets the first one's task.
   * @throws AppError 400 and 422 as logistica answers them, 503 when it does not answer
   */
  encolar<P extends z.ZodType>(
    task: TaskDeclaration<P>,
    params: z.input<P>,
    options?: { idempotencyKey?: IdempotencyKey | undefined },
  ): Promise<TareaAceptada>;
}

const tareaAceptada = z.object({ task_id: z.string(), status: z.literal('PENDING'), queue: z.string() });
export type TareaAceptada = z.output<typeof tareaAceptada>;

const refusal = z.object({
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** `logistica` is called with a service key that has the scope `tareas`. */
export function createTareasClient(logistica: Pick<ServiceClient, 'post'>): TareasClient {
  return {
    async encolar(task, params, { idempotencyKey } = {}) {
      const answer = await logistica.post(
        '/tareas',
        { ...(params as object), tipo: tipoOf(task) },
        idempotencyKey ? { headers: { 'idempotency-key': idempotencyKey.clave } } : {},
      );
      if (!answer.ok) throw unavailable('No se pudo encolar la tarea: logística no responde', 2);
      if (answer.status === 202) return tareaAceptada.parse(answer.body);
      if (answer.status === 400 || answer.status === 422) {
        const { detail, errors } = refusal.parse(answer.body);
        const code = answer.status === 400 ? 'solicitud-invalida' : 'clave-reutilizada';
        throw new AppError(code, answer.status, detail, errors ? { errors } : {});
      }
      throw new Error(`logistica-inventario answered POST /tareas with ${answer.status}`);
    },
  };
}
