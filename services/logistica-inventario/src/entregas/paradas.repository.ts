/** What a courier still has to deliver, in the dispatcher's order of stops. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { prepared } from '@medisupply/shared/db/prepared';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';
import type { EntregaRow, ListFilter } from './entregas.repository.ts';
import { walked } from './entregas.repository.ts';

type Db = Kysely<LogisticaTables>;

/** Where a page ended: a stop without a place in the order has its id alone. */
export type Parada = Pick<EntregaRow, 'id' | 'orden'>;

export interface ParadasFilter extends Pick<ListFilter, 'estado' | 'pedido_id' | 'limit'> {
  usuario_id: number;
  pedido_prefijo: string | undefined;
  after: Parada | undefined;
}

/** In the words of the index `entrega_por_parada`. */
const abiertasDe = (db: Db, usuario_id: number) =>
  db
    .selectFrom('entrega')
    .where('asignada_a', '=', usuario_id)
    .where('confirmada_por', 'is', null)
    .where('estado', '<>', sql.lit('CANCELADA'));

/** By their order, then those without one by their id; each part is read from the index, as far as the page goes. */
export async function listParadas(db: Db, filter: ParadasFilter): Promise<EntregaRow[]> {
  const { usuario_id, after, estado, pedido_id, pedido_prefijo, limit } = filter;
  const paradas = () => {
    let query = abiertasDe(db, usuario_id).selectAll();
    if (estado !== undefined) query = query.where(walked('estado'), '=', estado);
    if (pedido_id !== undefined) query = query.where(walked('pedido_id'), '=', pedido_id);
    if (pedido_prefijo !== undefined)
      query = query.where(
        sql`substr(pedido_id, 1, ${Array.from(pedido_prefijo).length})`,
        '=',
        pedido_prefijo,
      );
    return query;
  };
  const ordered =
    after?.orden === null
      ? []
      : await paradas()
          .where((eb) =>
            after === undefined
              ? eb('orden', 'is not', null)
              : eb(eb.refTuple('orden', 'id'), '>', eb.tuple(after.orden, after.id)),
          )
          .orderBy('orden')
          .orderBy('id')
          .limit(limit)
          .execute();
  if (ordered.length === limit) return ordered;
  const others = await paradas()
    .where('orden', 'is', null)
    .where('id', '>', after?.orden === null ? after.id : 0)
    .orderBy('id')
    .limit(limit - ordered.length)
    .execute();
  return [...ordered, ...others];
}

/** Those of a courier that have a place in the order, and those among `ids`. */
export async function listOrdered(db: Db, usuario_id: number, ids: readonly number[]): Promise<Parada[]> {
  const paradas = () => abiertasDe(db, usuario_id).select(['id', 'orden']);
  const ordered = await paradas().where('orden', '>', 0).execute();
  const named = await paradas().where('id', 'in', ids).execute();
  return [...ordered, ...named];
}

export async function setOrden(tx: Tx<LogisticaTables>, parada: Parada): Promise<void> {
  await updateOrden(tx, parada);
}

const updateOrden = prepared<LogisticaTables, Parada>((db, { id, orden }) =>
  db.updateTable('entrega').set({ orden }).where('id', '=', id),
);
