import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { MonitorTables } from '../tables.ts';

/** Figures by dotted name. */
export type Valores = Readonly<Record<string, number>>;

/** Stores the figures of one run. @returns false when the task had stored its own before */
export async function insertMedicion(
  tx: Tx<MonitorTables>,
  medicion: { task_id: string; momento: number; valores: Valores },
): Promise<boolean> {
  const { task_id, momento, valores } = medicion;
  const inserted = await tx
    .insertInto('medicion')
    .values({ task_id, momento })
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!inserted) return false;
  const rows = Object.entries(valores).map(([nombre, valor]) => ({
    nombre,
    valor,
    medicion_id: inserted.id,
  }));
  if (rows.length > 0) await tx.insertInto('metrica').values(rows).execute();
  return true;
}

/** What an earlier run of the same task stored. */
export async function findMedicion(
  db: Kysely<MonitorTables>,
  taskId: string,
): Promise<{ momento: number; valores: Valores } | undefined> {
  const medicion = await db
    .selectFrom('medicion')
    .select(['id', 'momento'])
    .where('task_id', '=', taskId)
    .executeTakeFirst();
  if (!medicion) return undefined;
  const rows = await db
    .selectFrom('metrica')
    .select(['nombre', 'valor'])
    .where('medicion_id', '=', medicion.id)
    .execute();
  return {
    momento: medicion.momento,
    valores: Object.fromEntries(rows.map((row) => [row.nombre, row.valor])),
  };
}

/** Names of all series, in order: one step of the index each, however long they are. */
export async function listNombres(db: Kysely<MonitorTables>): Promise<string[]> {
  const { rows } = await sql<{ nombre: string }>`
    with recursive serie (nombre) as (
      select min(nombre) from metrica
      union all
      select (select min(m.nombre) from metrica m where m.nombre > serie.nombre) from serie where serie.nombre is not null
    )
    select nombre from serie where nombre is not null`.execute(db);
  return rows.map((row) => row.nombre);
}

export interface Punto {
  /** Begin of the bucket (ms UTC). */
  momento: number;
  promedio: number;
  minimo: number;
  maximo: number;
}

/** One series in buckets of `paso` ms; buckets without a measurement are absent. */
export async function readSerie(
  db: Kysely<MonitorTables>,
  nombre: string,
  range: { desde: number; hasta: number; paso: number },
): Promise<Punto[]> {
  const { rows } = await sql<Punto>`
    select medicion.momento / cast(${range.paso} as integer) * cast(${range.paso} as integer) as momento,
      avg(metrica.valor) as promedio, min(metrica.valor) as minimo, max(metrica.valor) as maximo
    from medicion join metrica on metrica.medicion_id = medicion.id and metrica.nombre = ${nombre}
    where medicion.momento >= ${range.desde} and medicion.momento <= ${range.hasta}
    group by 1 order by 1`.execute(db);
  return rows;
}

/** Removes runs older than `before` with their figures, at most `batch` of them. @returns runs removed */
export async function removeOldMediciones(
  tx: Tx<MonitorTables>,
  limits: { before: number; batch: number },
): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('medicion')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('medicion')
        .select('id')
        .where('momento', '<', limits.before)
        .orderBy('momento')
        .limit(limits.batch),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
