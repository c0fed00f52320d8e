import { z } from 'zod';
import { retryBody } from '@medisupply/shared/contracts/logistica/tareas';
import type { AvailableTask } from '@medisupply/shared/queueing/dispatcher';
import { listAvailableTasks } from '@medisupply/shared/queueing/dispatcher';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { taskRegistry } from '@medisupply/shared/tasks/registry';

/** Shown with the error for an unknown or missing `tipo`. */
export const ejemplos = (): Record<string, unknown>[] => [
  { tipo: 'ping_logistica' },
  { tipo: 'validar_inventario', producto_id: 1, cantidad: 10 },
  { tipo: 'generar_reporte', fecha_inicio: '2026-01-01', fecha_fin: '2026-01-31' },
  { tipo: 'health_check' },
  { tipo: 'log_activity', activity_data: { tipo: 'nota', descripcion: 'Turno iniciado' } },
  {
    tipo: 'procesar_entrega',
    task_id: '0192f0c1-7d5e-7abc-8def-0123456789ab',
    entrega_id: 1,
    _retry_count: 1,
  },
];

let dispatchable: readonly AvailableTask[] | undefined;

/**
 * The registry as `POST /tareas` takes it: a delivery is not processed by its declared parameters alone, what is asked
 * for is another attempt of a confirmation.
 */
export function listDispatchable(): readonly AvailableTask[] {
  dispatchable ??= listAvailableTasks().map((task) =>
    task.name === procesarEntrega.name ? { ...task, params: retryParams() } : task,
  );
  return dispatchable;
}

function retryParams(): Record<string, unknown> {
  const { $schema: _schema, ...params } = z.toJSONSchema(retryBody.omit({ tipo: true }), { io: 'input' });
  return params;
}

/** Their full names, as existing clients read them; `tipo` is what follows the dot. */
export const availableTasks = (): string[] => taskRegistry.map(({ name }) => name);
