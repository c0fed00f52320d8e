import { join } from 'node:path';
import { openLogisticaDatabase } from '@medisupply/logistica-inventario/task-host';
import type { Logger } from '@medisupply/shared/logging/logger';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import type { Config } from './config.ts';
import type { Handlers } from './container.ts';
import { discoverHandlers } from './discover.ts';
import type { BoundHandler } from './executor.ts';

const SERVICES = join(import.meta.dirname, '..', '..', 'services');

/** Finds the handlers of all services and opens what each service's handlers need. */
export async function createHandlers(
  config: Config,
  logger: Logger,
): Promise<Handlers & { close(): Promise<void> }> {
  await using stack = new AsyncDisposableStack();
  const services = await discoverHandlers(SERVICES, taskRegistry);
  const database = await openLogisticaDatabase(config);
  stack.defer(() => database.close());
  const handlers = new Map<string, BoundHandler>();
  for (const service of services) {
    const opened = await service.createContext?.({ env: config.env, logger, taskStore: database });
    if (opened) stack.defer(() => opened.close());
    for (const handler of service.handlers)
      handlers.set(handler.task.name, { handler, context: opened?.context });
  }
  const opened = stack.move();
  return { database, handlers, close: () => opened.disposeAsync() };
}
