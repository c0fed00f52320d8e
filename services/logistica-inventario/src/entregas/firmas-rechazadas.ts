import type { Logger } from '@medisupply/shared/logging/logger';
import type { NewEvento } from '@medisupply/shared/queueing/store/eventos';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { Container } from '../container.ts';

/** Whoever forges faster than the disk writes leaves no further event. */
const MAX_WAITING = 100;

/** A refused signature leaves an event: who tried, on which delivery. */
export interface FirmasRechazadas {
  /** Written behind the answer, which does not depend on it: a database that is locked or full refuses all the same. */
  registrar(entregaId: number, usuarioId: number): void;
}

export function createFirmasRechazadas({
  database,
  logger,
}: Pick<Container, 'database'> & { logger: Pick<Logger, 'warn'> }): FirmasRechazadas {
  let waiting = 0;
  let failing = false;

  function lost(error: unknown): void {
    if (!failing) logger.warn({ err: error }, 'no se pudo registrar una firma rechazada');
    failing = true;
  }

  return {
    registrar(entregaId, usuarioId) {
      if (waiting >= MAX_WAITING) {
        lost(new Error(`${MAX_WAITING} esperan`));
        return;
      }
      waiting += 1;
      const evento: NewEvento = {
        tipo: 'firma_rechazada',
        momento: Date.now(),
        entrega_id: entregaId,
        datos: { usuario_id: usuarioId },
      };
      void database.unitOfWork
        .write((tx) => insertEventos(tx, [evento]))
        .then(() => (failing = false), lost)
        .finally(() => (waiting -= 1));
    },
  };
}
