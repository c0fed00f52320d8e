/** A delivery as somebody needs it, or why they do not get it. */
import type { Kysely } from 'kysely';
import { puedeConfirmar, vistaDe } from '@medisupply/shared/contracts/visibilidad';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { conflict, notFound } from '@medisupply/shared/http/app-error';
import type { Caller, UserCaller } from '@medisupply/shared/http/caller';
import { isAdmin } from '@medisupply/shared/http/caller';
import type { LogisticaTables } from '../tables.ts';
import { findLive } from './confirmaciones.repository.ts';
import type { EntregaRow } from './entregas.repository.ts';
import { findEntrega } from './entregas.repository.ts';

/** For what only those get who see all of it. @throws AppError 404, also for who sees it reserved or not at all */
export async function entregaCompleta(
  db: Kysely<LogisticaTables>,
  id: number,
  caller: Caller,
): Promise<EntregaRow> {
  const entrega = await findEntrega(db, id);
  if (!entrega || vistaDe(entrega, caller) !== 'completa') throw notFound('Entrega no encontrada');
  return entrega;
}

/** For what those do who confirm it. @throws AppError 404, also for everybody else */
export async function entregaConfirmable(
  tx: Tx<LogisticaTables>,
  id: number,
  caller: UserCaller,
): Promise<EntregaRow> {
  const entrega = await findEntrega(tx, id);
  if (!entrega || !puedeConfirmar(entrega, caller.usuario_id, { admin: isAdmin(caller) }))
    throw notFound('Entrega no encontrada');
  return entrega;
}

/** @throws AppError 409 delivered, cancelled or confirmed */
export async function assertOpen(tx: Tx<LogisticaTables>, { id, estado }: EntregaRow): Promise<void> {
  if (estado === ESTADO_ENTREGA.entregada) throw conflict('La entrega ya está confirmada');
  if (estado === ESTADO_ENTREGA.cancelada) throw conflict('La entrega está cancelada');
  if (await findLive(tx, id)) throw conflict('La entrega tiene una confirmación en curso');
}
