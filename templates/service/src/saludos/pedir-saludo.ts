import type { IdempotencyKey } from '@medisupply/shared';
import { saludarServicioPlantilla } from '../../declaration.ts';
import type { Container } from '../container.ts';
import type { PedirSaludo, SaludoPedido } from './saludos.schemas.ts';

/** Has a greeting made by the worker. @throws AppError 503 while logistica, which keeps all tasks, is away */
export async function pedirSaludo(
  { tareas }: Pick<Container, 'tareas'>,
  { nombre }: PedirSaludo,
  idempotencyKey: IdempotencyKey | undefined,
): Promise<SaludoPedido> {
  const { task_id, status } = await tareas.encolar(saludarServicioPlantilla, { nombre }, { idempotencyKey });
  return { mensaje: 'Saludo encolado', task_id, status };
}
