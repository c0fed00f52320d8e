import { guardedByRows } from '@medisupply/shared/db/unit-of-work';
import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { NewEvento } from '@medisupply/shared/queueing/store/eventos';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { LogisticaTables } from '../tables.ts';

const MINUTE = 60_000;
/** Whoever forges faster than the disk writes leaves no further event, and is counted all the same. */
const MAX_WAITING = 100;
/** Users whose refusals of one minute are told apart. */
const MAX_USERS = 1_000;

/**
 * A refused signature leaves an event: who tried, on which delivery. Of what else the same user tries within the minute
 * one event is left, with how many it were.
 */
export interface FirmasRechazadas {
  /** Written behind the answer, which does not depend on it: a database that is locked or full refuses all the same. */
  registrar(entregaId: number, usuarioId: number): void;
  /** Writes what was only counted so far. */
  close(): Promise<void>;
}

export function createFirmasRechazadas({
  database,
  logger,
  registry,
}: {
  database: Pick<OpenDatabase<LogisticaTables>, 'unitOfWork'>;
  logger: Pick<Logger, 'warn'>;
  registry: Registry;
}): FirmasRechazadas {
  const total = new Counter({
    name: 'medisupply_refused_signatures_total',
    help: 'Confirmations refused because of their signature',
    registers: [registry],
  });
  /** How many came after the one that was written, by user. */
  const furtherOf = new Map<number, number>();
  let waiting = 0;
  let failing = false;

  function lost(error: unknown): void {
    if (!failing) logger.warn({ err: error }, 'no se pudo registrar una firma rechazada');
    failing = true;
  }

  function write(eventos: readonly NewEvento[]): Promise<void> {
    if (waiting >= MAX_WAITING) {
      lost(new Error(`${MAX_WAITING} esperan`));
      return Promise.resolve();
    }
    waiting += 1;
    return database.unitOfWork
      .write((tx) => insertEventos(tx, eventos), guardedByRows)
      .then(() => void (failing = false), lost)
      .finally(() => (waiting -= 1));
  }

  async function writeCounted(): Promise<void> {
    const momento = Date.now();
    const counted = [...furtherOf].filter(([, cantidad]) => cantidad > 0);
    furtherOf.clear();
    if (counted.length === 0) return;
    await write(
      counted.map(([usuario_id, cantidad]) => ({
        tipo: 'firma_rechazada',
        momento,
        datos: { usuario_id, cantidad },
      })),
    );
  }
  const timer = setInterval(() => void writeCounted(), MINUTE).unref();

  return {
    registrar(entregaId, usuarioId) {
      total.inc();
      const further = furtherOf.get(usuarioId);
      if (further !== undefined) {
        furtherOf.set(usuarioId, further + 1);
        return;
      }
      if (furtherOf.size >= MAX_USERS) return;
      furtherOf.set(usuarioId, 0);
      const datos = { usuario_id: usuarioId };
      void write([{ tipo: 'firma_rechazada', momento: Date.now(), entrega_id: entregaId, datos }]);
    },
    async close() {
      clearInterval(timer);
      await writeCounted();
    },
  };
}
