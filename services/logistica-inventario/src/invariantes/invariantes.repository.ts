import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;

export async function lastEntregaId(db: Db): Promise<number> {
  const row = await db.selectFrom('entrega').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

/** Deliveries of a range whose state, history, confirmations or debits contradict each other. */
export async function contradictions(
  db: Db,
  first: number,
  last: number,
): Promise<{ id: number; motivo: string }[]> {
  const { rows } = await sql<{ id: number; motivo: string }>`
    select e.id as id,
      case
        when e.estado = 'ENTREGADA' and h.veces <> 1 then 'historial: ' || h.veces || ' filas ENTREGADA'
        when e.estado <> 'ENTREGADA' and h.veces <> 0 then 'hay historial ENTREGADA y el estado es ' || e.estado
        when e.estado = 'ENTREGADA' and c.aplicadas <> 1 then 'confirmaciones aplicadas: ' || c.aplicadas
        when i.mal > 0 then 'items sin su débito: ' || i.mal
        else 'cancelada con existencias reservadas: ' || r.reservados
      end as motivo
    from entrega e
    join (select count(*) filter (where estado = 'ENTREGADA') as veces, entrega_id from entrega_historial
          where entrega_id between ${first} and ${last} group by entrega_id) h on h.entrega_id = e.id
    left join (select count(*) filter (where estado = 'APLICADA') as aplicadas, entrega_id from confirmacion
          where entrega_id between ${first} and ${last} group by entrega_id) c on c.entrega_id = e.id
    left join (select count(*) as mal, it.entrega_id from entrega_item it
          join entrega ie on ie.id = it.entrega_id
          left join movimiento_inventario m
            on m.entrega_id = it.entrega_id and m.producto_id = it.producto_id and m.tipo = 'SALIDA'
          where it.entrega_id between ${first} and ${last}
            and (ie.estado = 'ENTREGADA') <> coalesce(m.cantidad = -it.cantidad, false)
          group by it.entrega_id) i on i.entrega_id = e.id
    left join (select count(*) as reservados, entrega_id from entrega_item
          where entrega_id between ${first} and ${last} and estado = 'RESERVADO'
          group by entrega_id) r on r.entrega_id = e.id and e.estado = 'CANCELADA'
    where e.id between ${first} and ${last}
      and ((e.estado = 'ENTREGADA' and (h.veces <> 1 or coalesce(c.aplicadas, 0) <> 1))
        or (e.estado <> 'ENTREGADA' and h.veces <> 0) or coalesce(i.mal, 0) > 0
        or coalesce(r.reservados, 0) > 0)
    limit 100`.execute(db);
  return rows;
}

export async function productIds(db: Db): Promise<number[]> {
  const rows = await db.selectFrom('producto').select('id').orderBy('id').execute();
  return rows.map((row) => row.id);
}

/** What a product says of itself, beside the sums of its ledger and of its reservations. */
export async function productFigures(db: Db, id: number) {
  return db
    .selectFrom('producto')
    .select((eb) => [
      'sku',
      'stock',
      'reservado',
      eb
        .selectFrom('movimiento_inventario')
        .select((sum) => sum.fn.coalesce(sum.fn.sum<number>('cantidad'), sql.lit(0)).as('suma'))
        .where('producto_id', '=', id)
        .as('movimientos'),
      eb
        .selectFrom('entrega_item')
        .select((sum) => sum.fn.coalesce(sum.fn.sum<number>('cantidad'), sql.lit(0)).as('suma'))
        .where('producto_id', '=', id)
        .where('estado', '=', sql.lit('RESERVADO'))
        .as('reservas'),
    ])
    .where('id', '=', id)
    .executeTakeFirst();
}
