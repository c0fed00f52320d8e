/** The columns that are encrypted, for encrypting them again. Whatever is encrypted stands in this list. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { CAMPOS_PERSONALES } from '@medisupply/shared/contracts/vocabulary';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';

const COLUMNAS = [...CAMPOS_PERSONALES, 'firma'] as const;

/** A table, the column that names its rows, the column with the delivery to which its values are bound. */
export const CIFRADAS = [
  { tabla: 'entrega', clave: 'id', entrega: 'id', columnas: COLUMNAS },
  { tabla: 'confirmacion', clave: 'task_id', entrega: 'entrega_id', columnas: COLUMNAS },
] as const;

export type Cifrada = (typeof CIFRADAS)[number];
type Clave = string | number;

export interface ValorCifrado {
  clave: Clave;
  entrega_id: number;
  columna: Cifrada['columnas'][number];
  valor: string;
}

/** Values of a page of rows that another key than `actual` wrote, how many rows, and the last one's key. */
export async function listCifradasConOtra(
  db: Kysely<LogisticaTables>,
  { tabla, clave, entrega, columnas }: Cifrada,
  { actual, after, limit }: { actual: string; after: Clave | undefined; limit: number },
): Promise<{ valores: ValorCifrado[]; filas: number; last: Clave | undefined }> {
  const { rows } = await sql<Record<string, Clave | null>>`
    select ${sql.ref(clave)} as clave, ${sql.ref(entrega)} as entrega_id, ${sql.join(columnas.map((columna) => sql.ref(columna)))}
    from ${sql.table(tabla)}
    where ${after === undefined ? sql`1 = 1` : sql`${sql.ref(clave)} > ${after}`} and ${conOtra(columnas, actual)}
    order by ${sql.ref(clave)} limit ${limit}`.execute(db);
  const prefix = prefixOf(actual);
  const valores = rows.flatMap((row) =>
    columnas.flatMap((columna): ValorCifrado[] => {
      const valor = row[columna];
      if (typeof valor !== 'string' || valor.startsWith(prefix)) return [];
      return [{ clave: row['clave']!, entrega_id: Number(row['entrega_id']), columna, valor }];
    }),
  );
  return { valores, filas: rows.length, last: rows.at(-1)?.['clave'] ?? undefined };
}

/** How many rows hold a value that another key wrote. */
export async function countCifradasConOtra(
  db: Kysely<LogisticaTables>,
  { tabla, columnas }: Cifrada,
  actual: string,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from ${sql.table(tabla)} where ${conOtra(columnas, actual)}`.execute(db);
  return rows[0]?.total ?? 0;
}

/** Replaces a value, unless it was replaced meanwhile. */
export async function replaceCifrada(
  tx: Tx<LogisticaTables>,
  { tabla, clave }: Cifrada,
  { clave: row, columna, valor }: ValorCifrado,
  nuevo: string,
): Promise<void> {
  await sql`update ${sql.table(tabla)} set ${sql.ref(columna)} = ${nuevo}
    where ${sql.ref(clave)} = ${row} and ${sql.ref(columna)} = ${valor}`.execute(tx);
}

const prefixOf = (kid: string): string => `v1:${kid}:`;

/** Not LIKE: a kid may contain its wildcard. NULL compares to nothing. */
function conOtra(columnas: readonly string[], actual: string) {
  const prefix = prefixOf(actual);
  const conditions = columnas.map(
    (columna) => sql`substr(${sql.ref(columna)}, 1, ${prefix.length}) <> ${prefix}`,
  );
  return sql`(${sql.join(conditions, sql` or `)})`;
}
