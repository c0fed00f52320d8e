import type { QueueName, TaskDeclaration } from './define-task.ts';
import { tipoOf } from './define-task.ts';
import { logisticaTasks } from './logistica.ts';
import { monitorTasks } from './monitor.ts';

/** Every task of the platform. A new service adds its list here. */
export const taskRegistry: readonly TaskDeclaration[] = [...logisticaTasks, ...monitorTasks];

/** Every queue that a task declares, and `default`: made, consumed, measured and shown wherever queues are. */
export const QUEUES: readonly QueueName[] = [
  ...new Set(['default', ...taskRegistry.map(({ queue }) => queue)]),
];

const byName = new Map(taskRegistry.map((task) => [task.name, task]));
const byTipo = new Map(taskRegistry.map((task) => [tipoOf(task), task]));

export const findTask = (name: string): TaskDeclaration | undefined => byName.get(name);

/** Finds a task by the `tipo` of `POST /tareas`. */
export const findTaskByTipo = (tipo: string): TaskDeclaration | undefined => byTipo.get(tipo);
