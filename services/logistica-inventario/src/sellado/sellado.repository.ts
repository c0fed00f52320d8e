/** The tables that older versions wrote with plain hashes and signatures in clear, row by row. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';

type Clave = string | number;

interface Sellable {
  /** Names its rows, in the order in which they are looked at. */
  clave: string;
  /** The delivery to which `firma` is bound; absent: there is no signature. */
  entrega?: string;
  huella?: string;
}

/** `confirmacion` before `entrega`, to which the worker copies: no signature in clear comes after it was looked at. */
const SELLABLES: Readonly<Record<string, Sellable>> = {
  confirmacion: { clave: 'task_id', entrega: 'entrega_id', huella: 'req_hash' },
  entrega: { clave: 'id', entrega: 'id' },
  idempotencia: { clave: 'clave', huella: 'huella' },
};

export interface Fila {
  clave: Clave;
  entrega_id: number;
  huella: string | null;
  firma: string | null;
}

export interface Pagina {
  tabla: string;
  filas: Fila[];
}

/** The rows that come next; undefined when all have been looked at. */
export async function nextPage(tx: Tx<LogisticaTables>, limit: number): Promise<Pagina | undefined> {
  const turno = await tx.selectFrom('sellado').selectAll().orderBy('tabla').executeTakeFirst();
  if (!turno) return undefined;
  const { tabla, ultima } = turno;
  const { clave, entrega, huella } = sellableOf(tabla);
  const { rows } = await sql<Fila>`select ${sql.ref(clave)} as clave,
      ${entrega === undefined ? sql.lit(null) : sql.ref(entrega)} as entrega_id,
      ${huella === undefined ? sql.lit(null) : sql.ref(huella)} as huella,
      ${entrega === undefined ? sql.lit(null) : sql.ref('firma')} as firma
    from ${sql.table(tabla)}
    where ${ultima === null ? sql`true` : sql`${sql.ref(clave)} > ${ultima}`}
    order by ${sql.ref(clave)} limit ${limit}`.execute(tx);
  return { tabla, filas: rows };
}

export async function replaceValues(
  tx: Tx<LogisticaTables>,
  tabla: string,
  { clave, ...nuevos }: Pick<Fila, 'clave' | 'huella' | 'firma'>,
): Promise<void> {
  const { clave: name, huella } = sellableOf(tabla);
  const changes = [
    ...(huella === undefined ? [] : [sql`${sql.ref(huella)} = ${nuevos.huella}`]),
    ...(nuevos.firma === null ? [] : [sql`firma = ${nuevos.firma}`]),
  ];
  await sql`update ${sql.table(tabla)} set ${sql.join(changes)} where ${sql.ref(name)} = ${clave}`.execute(
    tx,
  );
}

/** Remembers, with what was written, that these rows were looked at. */
export async function setLooked(tx: Tx<LogisticaTables>, { tabla, filas }: Pagina): Promise<void> {
  const last = filas.at(-1);
  if (!last) {
    await tx.deleteFrom('sellado').where('tabla', '=', tabla).execute();
    return;
  }
  await tx
    .updateTable('sellado')
    .set((eb) => ({ ultima: last.clave, vistas: eb('vistas', '+', filas.length) }))
    .where('tabla', '=', tabla)
    .execute();
}

/** How many rows of the tables that are left, and how many of those have been looked at. */
export async function countLooked(db: Kysely<LogisticaTables>): Promise<{ vistas: number; filas: number }> {
  const turnos = await db.selectFrom('sellado').select(['tabla', 'vistas']).execute();
  let [vistas, filas] = [0, 0];
  for (const turno of turnos) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(turno.tabla)}`.execute(
      db,
    );
    vistas += turno.vistas;
    filas += rows[0]?.n ?? 0;
  }
  return { vistas, filas };
}

function sellableOf(tabla: string): Sellable {
  const sellable = SELLABLES[tabla];
  if (!sellable) throw new Error(`no se sabe sellar la tabla ${tabla}`);
  return sellable;
}
