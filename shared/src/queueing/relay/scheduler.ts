import { v5 as uuidv5 } from 'uuid';
import type { OpenDatabase } from '../../db/open-database.ts';
import type { Tx } from '../../db/unit-of-work.ts';
import { Loop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../logging/logger.ts';
import type { TaskDeclaration } from '../../tasks/define-task.ts';
import type { OutboxTables } from '../store/tables.ts';
import { insertTask } from '../store/task-store.ts';

/** Namespace of the ids of scheduled tasks. */
const NAMESPACE = '6f1d2f0e-6a55-5c0b-9d4e-2f4a3c1b7e90';

const EVERY = 1_000;

export interface SchedulerOptions {
  database: OpenDatabase<OutboxTables>;
  tasks: readonly TaskDeclaration[];
  logger: Logger;
  wakeRelay: () => void;
}

/** The id of a scheduled task: the same wherever it is computed, so that several loops make one task a slot. */
export const scheduledTaskId = (name: string, slot: number): string => uuidv5(`${name}:${slot}`, NAMESPACE);

/** When the next slot of a task with this period begins (ms UTC). */
export const nextSlot = (every: number, now: number): number => (Math.floor(now / every) + 1) * every;

/**
 * Inserts each scheduled task once per period, as an ordinary task of the outbox, unless one of that name is not done
 * yet: nobody needs the health of an hour ago, and what piled up would hold up everything else.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #lastSlot = new Map<string, number>();
  readonly #loop: Loop;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#loop = new Loop({
      name: 'la programación de tareas',
      everyMs: EVERY,
      step: () => this.tick(Date.now()),
      logger: options.logger,
    });
  }

  start(): void {
    this.#loop.start(EVERY);
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** @returns the ids of the tasks that this call inserted */
  async tick(now: number): Promise<string[]> {
    const { database, tasks, wakeRelay } = this.#options;
    const due = tasks.flatMap((task) => {
      if (!task.every) return [];
      const slot = Math.floor(now / task.every);
      return this.#lastSlot.get(task.name) === slot
        ? []
        : [{ task, slot, task_id: scheduledTaskId(task.name, slot) }];
    });
    if (due.length === 0) return [];
    const inserted = await database.unitOfWork.write(async (tx) => {
      const ids: string[] = [];
      for (const { task, task_id } of due) {
        if (await isUnfinished(tx, task.name)) continue;
        if (await insertTask(tx, { task_id, task, params: {}, creada_por: 'programada', now }))
          ids.push(task_id);
      }
      return ids;
    });
    for (const { task, slot } of due) this.#lastSlot.set(task.name, slot);
    if (inserted.length > 0) wakeRelay();
    return inserted;
  }
}

async function isUnfinished(tx: Tx<OutboxTables>, name: string): Promise<boolean> {
  const row = await tx
    .selectFrom('tarea')
    .select('seq')
    .where('tipo', '=', name)
    .where('terminada', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
