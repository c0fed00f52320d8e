import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { dialectOf } from '@medisupply/shared/db/dialect';
import type { LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;

/** ms */
const DAY = 24 * 3_600_000;

/** ms UTC; `until` is excluded. */
export interface Period {
  since: number;
  until: number;
}

/** The ids that were created in the period, from the index on `creada`. */
export async function entregaIdRange(
  db: Db,
  period: Period,
): Promise<{ from: number; to: number } | undefined> {
  const edge = (direction: 'asc' | 'desc') =>
    db
      .selectFrom('entrega')
      .select('id')
      .where('creada', '>=', period.since)
      .where('creada', '<', period.until)
      .orderBy('creada', direction)
      .orderBy('id', direction)
      .limit(1)
      .executeTakeFirst();
  const [first, last] = await Promise.all([edge('asc'), edge('desc')]);
  return first && last ? { from: Math.min(first.id, last.id), to: Math.max(first.id, last.id) } : undefined;
}

/** Deliveries by day of creation and state, of a range of ids. */
export async function countByDayAndState(db: Db, ids: { first: number; last: number }, period: Period) {
  const rows = await db
    .selectFrom('entrega')
    .select((eb) => [
      sql<number>`creada / ${sql.lit(DAY)}`.as('dia'),
      'estado',
      eb.fn.countAll<number>().as('cantidad'),
    ])
    .where('id', '>=', ids.first)
    .where('id', '<=', ids.last)
    .where('creada', '>=', period.since)
    .where('creada', '<', period.until)
    .groupBy(['dia', 'estado'])
    .execute();
  return rows.map((row) => ({ ...row, dia: isoTime(row.dia * DAY).slice(0, 'AAAA-MM-DD'.length) }));
}

export interface ConfirmacionFigures {
  creada: number;
  task_id: string;
  estado: string;
  recibida: number;
  terminada: number | null;
  intento: number | null;
}

/** Confirmations of the period in order of acceptance, with the attempts of their tasks, after a given one. */
export async function confirmacionesAfter(
  db: Db,
  after: { creada: number; task_id: string },
  period: Period,
  limit: number,
): Promise<ConfirmacionFigures[]> {
  return db
    .selectFrom('confirmacion')
    .leftJoin('tarea', 'tarea.task_id', 'confirmacion.task_id')
    .select([
      'confirmacion.creada',
      'confirmacion.task_id',
      'confirmacion.estado',
      'confirmacion.recibida',
      'confirmacion.terminada',
      'tarea.intento',
    ])
    .where((eb) =>
      eb.or([
        eb('confirmacion.creada', '>', after.creada),
        eb.and([
          eb('confirmacion.creada', '=', after.creada),
          eb('confirmacion.task_id', '>', after.task_id),
        ]),
      ]),
    )
    .where('confirmacion.creada', '>=', Math.max(period.since, after.creada))
    .where('confirmacion.creada', '<', period.until)
    .orderBy('confirmacion.creada')
    .orderBy('confirmacion.task_id')
    .limit(limit)
    .execute();
}

export async function countRefusedSignatures(db: Db, period: Period): Promise<number> {
  const row = await db
    .selectFrom('evento')
    .select((eb) => {
      const cantidad = dialectOf(db).jsonText(eb.ref('datos'), 'cantidad');
      return sql<number>`coalesce(sum(coalesce(cast(${cantidad} as integer), 1)), 0)`.as('cantidad');
    })
    .where('tipo', '=', sql.lit('firma_rechazada'))
    .where('momento', '>=', period.since)
    .where('momento', '<', period.until)
    .executeTakeFirstOrThrow();
  return row.cantidad;
}

/** Units that left with deliveries, by product, most moved first. */
export async function movedProducts(db: Db, period: Period, limit: number) {
  return db
    .selectFrom('movimiento_inventario')
    .innerJoin('producto', 'producto.id', 'movimiento_inventario.producto_id')
    .select((eb) => [
      'producto.id as producto_id',
      'producto.sku',
      'producto.nombre',
      sql<number>`-sum(${eb.ref('movimiento_inventario.cantidad')})`.as('unidades'),
      eb.fn.countAll<number>().as('entregas'),
    ])
    .where('movimiento_inventario.tipo', '=', 'SALIDA')
    .where('movimiento_inventario.momento', '>=', period.since)
    .where('movimiento_inventario.momento', '<', period.until)
    .groupBy('producto.id')
    .orderBy('unidades', 'desc')
    .limit(limit)
    .execute();
}
