/** What this worker answers and does when an operator asks over the control channel. */
import { hostname } from 'node:os';
import { cancelarTarea } from '@medisupply/logistica-inventario/task-host';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { nextSlot } from '@medisupply/shared/queueing/relay/scheduler';
import { findTarea, listWaitingForTheirTime } from '@medisupply/shared/queueing/store/task-store';
import type { ControlResult } from '@medisupply/shared/queueing/control/control-commands';
import { VERSION } from '@medisupply/shared/version';
import { environment } from './config.ts';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import type { Consumers } from './run-queue.ts';

const MAX_LISTED = 500;

/**
 * Who cancels on the command line. `DELETE /tareas/:task_id` wants an Admin's token; here the queue key stands for it,
 * which only logistica, the workers and whoever may read their secret files have.
 */
const OPERATOR = { kind: 'service', id: 'operator', scopes: ['tareas'] } as const;

export interface ControlHooks {
  isStopping: () => boolean;
  /** Ends the process as SIGTERM does. */
  shutdown: () => void;
}

export function serveControl(container: Container, consumers: Consumers, hooks: ControlHooks): void {
  const { control, config, logger } = container;
  const status = () => {
    if (hooks.isStopping()) return 'stopping';
    return consumers.active().length > 0 ? 'active' : 'idle';
  };

  control.handle('ping', () => ({ status: status(), uptime: Math.round(process.uptime()) }));
  control.handle('active', () => {
    const jobs = consumers.active();
    return { total: jobs.length, jobs: jobs.slice(0, MAX_LISTED) };
  });
  control.handle('registered', () => ({
    tasks: [...container.handlers.values()].map(({ handler: { task } }) => ({
      name: task.name,
      queue: task.queue,
      time_limit_s: task.timeLimit / 1_000,
      every_s: task.every === undefined ? null : task.every / 1_000,
    })),
  }));
  control.handle('scheduled', () => scheduled(container));
  control.handle('stats', () => {
    const { processed, failed, rss, event_loop_lag_ms, uptime } = consumers.state(hooks.isStopping());
    return {
      host: hostname(),
      pid: process.pid,
      version: VERSION,
      node: process.version,
      status: status(),
      uptime,
      processed,
      failed,
      rss,
      event_loop_lag_ms,
      queues: consumers.slots(),
    };
  });
  control.handle('conf', () => ({ config: visibleConfig(config) }));

  control.handle('concurrency', ({ n, queue }) => {
    const queues = consumers
      .slots()
      .filter((slot) => queue === null || slot.queue === queue)
      .map((slot) => ({ queue: slot.queue, before: slot.concurrency, after: n }));
    for (const slot of queues) consumers.setConcurrency(slot.queue, n);
    logger.info(
      { ...audited('worker.concurrencia'), colas: queues },
      'concurrencia cambiada por una orden de control',
    );
    return { queues };
  });
  control.handle(
    'shutdown',
    () => {
      logger.info(audited('worker.detener'), 'detención pedida por una orden de control');
      return { active: consumers.active().length };
    },
    hooks.shutdown,
  );
  control.handle('cancel', async ({ task_id }) => {
    await cancelarTarea(container, task_id, OPERATOR);
    const tarea = await findTarea(container.database.read, task_id);
    logger.info({ ...audited('tarea.cancelar'), task_id }, 'tarea cancelada por una orden de control');
    return { task_id, name: tarea?.tipo ?? '', status: 'REVOKED' };
  });
}

/** Orders are signed with the queue key: whoever has it is the operator. */
const audited = (accion: string) => ({ auditoria: true, accion, quien: 'operador' });

async function scheduled({
  database,
  handlers,
}: Pick<Container, 'database' | 'handlers'>): Promise<ControlResult<'scheduled'>> {
  const now = Date.now();
  const { total, rows } = await listWaitingForTheirTime(database.read, now, MAX_LISTED);
  return {
    total,
    messages: rows.map((row) => ({
      task_id: row.task_id,
      name: row.nombre,
      queue: row.cola,
      at: isoTime(row.disponible),
    })),
    periodic: [...handlers.values()].flatMap(({ handler: { task } }) =>
      task.every === undefined
        ? []
        : [
            {
              name: task.name,
              queue: task.queue,
              every_s: task.every / 1_000,
              at: isoTime(nextSlot(task.every, now)),
            },
          ],
    ),
  };
}

/** The environment's keys only, never the secret files; a password inside an address is left out, too. */
export function visibleConfig(config: Config): ControlResult<'conf'>['config'] {
  return Object.fromEntries(
    Object.keys(environment.shape).flatMap((key) => {
      const value = config[key as keyof typeof environment.shape];
      if (value === undefined) return [];
      return [[key, typeof value === 'string' ? withoutCredentials(value) : value]];
    }),
  );
}

/** No matter what kind of address: those of several hosts are no URLs. */
const withoutCredentials = (value: string): string => value.replace(/^([a-z+]+:\/\/).*@/, '$1');
