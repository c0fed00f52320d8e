/** Who carries a delivery: a courier claims one that nobody carries, and gives it back. */
import { conflict, forbidden, notFound } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import type { EntregaGuardada } from '@medisupply/shared/contracts/logistica/entregas';
import { despacha, vistaDe } from '@medisupply/shared/contracts/visibilidad';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { LogisticaTables } from '../tables.ts';
import { assertOpen } from './encontrar-entrega.ts';
import { toEntregaGuardada } from './entrega.presenter.ts';
import type { EntregaRow } from './entregas.repository.ts';
import { shareTareas } from '../tareas/tareas.repository.ts';
import { changeAssignee, findEntrega } from './entregas.repository.ts';

/**
 * The caller carries it from now on; claiming it again changes nothing.
 * @throws AppError 404 unknown; 409 somebody else's, confirmed or cancelled
 */
export async function tomarEntrega(
  tx: Tx<LogisticaTables>,
  id: number,
  caller: UserCaller,
): Promise<EntregaGuardada> {
  const entrega = await findEntrega(tx, id);
  if (!entrega) throw notFound('Entrega no encontrada');
  if (entrega.asignada_a === caller.usuario_id) return toEntregaGuardada(entrega);
  if (entrega.asignada_a !== null) throw conflict('La entrega ya está asignada');
  await assertOpen(tx, entrega);
  return toEntregaGuardada(await asignar(tx, entrega, caller.usuario_id, caller));
}

/**
 * Nobody carries it any more.
 * @throws AppError 404; 403 neither the assignee nor a dispatcher; 409 not assigned, confirmed or cancelled
 */
export async function soltarEntrega(
  tx: Tx<LogisticaTables>,
  id: number,
  caller: UserCaller,
): Promise<EntregaGuardada> {
  const entrega = await findEntrega(tx, id);
  if (!entrega || !vistaDe(entrega, caller)) throw notFound('Entrega no encontrada');
  if (!despacha(caller) && entrega.asignada_a !== caller.usuario_id) {
    throw forbidden('Solo Despacho, un Admin o quien la lleva puede soltarla');
  }
  if (entrega.asignada_a === null) throw conflict('La entrega no está asignada');
  await assertOpen(tx, entrega);
  const suelta = await asignar(tx, entrega, null, caller);
  return toEntregaGuardada(suelta, vistaDe(suelta, caller) ?? 'reservada');
}

async function asignar(
  tx: Tx<LogisticaTables>,
  entrega: EntregaRow,
  asignada_a: number | null,
  caller: UserCaller,
): Promise<EntregaRow> {
  const momento = Date.now();
  const cambio = asignada_a === null ? 'soltada' : 'tomada';
  await insertEventos(tx, [{ tipo: cambio, momento, entrega_id: entrega.id, datos: { asignada_a } }]);
  const asignada = await changeAssignee(tx, entrega, {
    asignada_a,
    cambio,
    momento,
    actor: callerName(caller),
  });
  await shareTareas(tx, entrega.id);
  return asignada;
}
