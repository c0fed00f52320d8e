import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import { tipoOf } from '@medisupply/shared/tasks/define-task';
import type { CreateTaskContext, TaskHandler } from '@medisupply/shared/queueing/handler';

const SUFFIX = '.task.ts';

/** The handlers of one service, and what opens their context. */
export interface ServiceHandlers {
  service: string;
  handlers: TaskHandler[];
  createContext: CreateTaskContext | undefined;
}

/**
 * Imports `services/<service>/src/tasks/*.task.ts` and checks them against the registry.
 * @throws Error that names every missing, duplicate or misnamed handler and how to fix it
 */
export async function discoverHandlers(
  servicesDir: string,
  registry: readonly TaskDeclaration[],
): Promise<ServiceHandlers[]> {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  const found: ServiceHandlers[] = [];

  for (const service of readdirSync(servicesDir).toSorted()) {
    const folder = join(servicesDir, service, 'src', 'tasks');
    if (!existsSync(folder)) continue;
    const handlers: TaskHandler[] = [];
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .toSorted()) {
      const path = `services/${service}/src/tasks/${file}`;
      const handler = await importHandler(join(folder, file));
      if (!handler) {
        problems.push(`${path}: exporte por defecto defineHandler(declaración, función)`);
        continue;
      }
      const { name } = handler.task;
      const expected = fileNameOf(handler.task);
      const earlier = owners.get(name);
      if (earlier) problems.push(`${path}: ${name} ya tiene manejador en ${earlier}; borre uno`);
      else if (!registry.includes(handler.task))
        problems.push(`${path}: ${name} no está en shared/src/tasks/registry.ts; añádala`);
      else if (file !== expected) problems.push(`${path}: el archivo de ${name} debe llamarse ${expected}`);
      owners.set(name, path);
      handlers.push(handler);
    }
    found.push({ service, handlers, createContext: await importContext(join(folder, 'context.ts')) });
  }

  for (const task of registry) {
    if (owners.has(task.name)) continue;
    problems.push(`${task.name} no tiene manejador; cree services/<servicio>/src/tasks/${fileNameOf(task)}`);
  }
  if (problems.length > 0)
    throw new Error(
      `Los manejadores no corresponden al registro de tareas:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
  return found;
}

/** `logistica.procesar_entrega` → `procesar-entrega.task.ts` */
const fileNameOf = (task: TaskDeclaration): string => `${tipoOf(task).replaceAll('_', '-')}${SUFFIX}`;

async function importHandler(file: string): Promise<TaskHandler | undefined> {
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const candidate = module.default as Partial<TaskHandler> | undefined;
  return candidate?.task && typeof candidate.handle === 'function' ? (candidate as TaskHandler) : undefined;
}

async function importContext(file: string): Promise<CreateTaskContext | undefined> {
  if (!existsSync(file)) return undefined;
  const module = (await import(pathToFileURL(file).href)) as { default?: CreateTaskContext };
  return module.default;
}
