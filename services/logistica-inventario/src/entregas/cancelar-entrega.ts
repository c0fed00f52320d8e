import { conflict, forbidden, notFound } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName, isAdmin } from '@medisupply/shared/http/caller';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { liberar } from '../inventario/existencias.ts';
import type { LogisticaTables } from '../tables.ts';
import { findLive } from './confirmaciones.repository.ts';
import { toEntregaGuardada } from './entrega.presenter.ts';
import { changeState, findEntrega } from './entregas.repository.ts';
import type { EntregaGuardada } from '@medisupply/shared/contracts/logistica/entregas';
import { puedeVerEntrega } from '@medisupply/shared/contracts/visibilidad';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';

/** Cancels a delivery that nobody has confirmed; what it reserved is released. Cancelling it again changes nothing. */
export async function cancelarEntrega(
  tx: Tx<LogisticaTables>,
  id: number,
  caller: UserCaller,
): Promise<EntregaGuardada> {
  const entrega = await findEntrega(tx, id);
  if (!entrega || !puedeVerEntrega(entrega, caller)) throw notFound('Entrega no encontrada');
  if (!isAdmin(caller) && entrega.creador_id !== caller.usuario_id) {
    throw forbidden('Solo un Admin o quien creó la entrega puede cancelarla');
  }
  if (entrega.estado === ESTADO_ENTREGA.entregada) throw conflict('La entrega ya está confirmada');
  if (await findLive(tx, id)) throw conflict('La entrega tiene una confirmación en curso');
  const momento = Date.now();
  await liberar(tx, id, momento);
  if (entrega.estado === ESTADO_ENTREGA.cancelada) return toEntregaGuardada(entrega);
  await changeState(tx, {
    id,
    estado: ESTADO_ENTREGA.cancelada,
    anterior: entrega.estado,
    momento,
    actor: callerName(caller),
  });
  await insertEventos(tx, [{ tipo: 'cancelada', momento, entrega_id: id }]);
  return toEntregaGuardada({ ...entrega, estado: ESTADO_ENTREGA.cancelada, actualizada: momento });
}
