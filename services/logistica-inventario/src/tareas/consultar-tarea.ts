import type { Kysely } from 'kysely';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { badRequest, notFound } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import type { Page } from '@medisupply/shared/http/pagination';
import { decodeCursor, pageOf } from '@medisupply/shared/http/pagination';
import type { TareaRow } from '@medisupply/shared/queueing/store/tables';
import { findTarea } from '@medisupply/shared/queueing/store/task-store';
import { resultOf } from '@medisupply/shared/queueing/dispatcher';
import { findTaskByTipo } from '@medisupply/shared/tasks/registry';
import type { Container } from '../container.ts';
import { timeOrNull } from '../entregas/entrega.presenter.ts';
import { puedeVerTarea, veTodasLasTareas } from '@medisupply/shared/contracts/visibilidad';
import type { LogisticaTables } from '../tables.ts';
import { findViewers, listTareas, listTaskEvents } from './tareas.repository.ts';
import type { ListarTareas, TareaDetalle, TareaResumen } from '@medisupply/shared/contracts/logistica/tareas';
import { isFinal } from '@medisupply/shared/contracts/vocabulary';

type Deps = Pick<Container, 'database' | 'queues'>;

/** @throws AppError 404 unknown, or not for this caller */
export async function consultarTarea(deps: Deps, taskId: string, caller: Caller): Promise<TareaDetalle> {
  const { read } = deps.database;
  const tarea = await findVisibleTarea(read, taskId, caller);
  const events = await listTaskEvents(read, taskId);
  const result = resultOf(tarea);
  return {
    task_id: tarea.task_id,
    name: tarea.tipo,
    status: tarea.estado,
    ready: isFinal(tarea.estado),
    successful: tarea.estado === 'SUCCESS',
    ...(result === undefined ? {} : { result }),
    ...(tarea.error === null ? {} : { error: tarea.error }),
    retry_count: tarea.intento,
    ...(tarea.progreso === null ? {} : { progreso: tarea.progreso }),
    queue: tarea.cola,
    entrega_id: tarea.entrega_id,
    params: JSON.parse(tarea.params) as Record<string, unknown>,
    timestamp: isoTime(tarea.actualizada),
    broker: deps.queues.isConnected() ? 'disponible' : 'no_disponible',
    historial: events.map((event) => ({
      tipo: event.tipo,
      momento: isoTime(event.momento),
      ...(event.datos === null ? {} : { datos: JSON.parse(event.datos) as Record<string, unknown> }),
    })),
  };
}

/** @throws AppError 404 unknown, or not for this caller */
export async function findVisibleTarea(
  db: Kysely<LogisticaTables>,
  taskId: string,
  caller: Caller,
): Promise<TareaRow> {
  const tarea = await findTarea(db, taskId);
  if (!tarea) throw notFound('Tarea no encontrada');
  const viewers = tarea.entrega_id === null ? undefined : await findViewers(db, tarea.entrega_id);
  if (!puedeVerTarea(tarea, viewers ?? null, caller)) throw notFound('Tarea no encontrada');
  return tarea;
}

/** A page of what the caller may see, newest first. */
export async function listarTareas(
  deps: Deps,
  query: ListarTareas,
  caller: Caller,
): Promise<Page<TareaResumen>> {
  const limit = query.limite ?? 50;
  const rows = await listTareas(deps.database.read, {
    viewer: caller.kind === 'service' || veTodasLasTareas(caller) ? undefined : caller,
    before: decodeCursor(query.cursor),
    estado: query.estado,
    tipo: fullName(query.tipo),
    limit: limit + 1,
  });
  return pageOf(rows, limit, (row) => row.seq, toResumen);
}

function fullName(tipo: string | undefined): string | undefined {
  if (tipo === undefined) return undefined;
  const task = findTaskByTipo(tipo.slice(tipo.indexOf('.') + 1));
  if (!task) throw badRequest(`No hay tareas de tipo ${tipo}`);
  return task.name;
}

type ListedTarea = Awaited<ReturnType<typeof listTareas>>[number];

const toResumen = (row: ListedTarea): TareaResumen => ({
  id: row.task_id,
  name: row.tipo,
  state: row.estado,
  queue: row.cola,
  retry_count: row.intento,
  entrega_id: row.entrega_id,
  creada_por: row.creada_por,
  creada: isoTime(row.creada),
  terminada: timeOrNull(row.terminada),
});
