/** The columns that are encrypted, for encrypting them again. Whatever is encrypted stands in this list. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { CAMPOS_FIRMADOS, CAMPOS_PERSONALES } from '@medisupply/shared/contracts/vocabulary';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';

/** A table with encrypted columns. */
export interface Cifrada {
  tabla: 'entrega' | 'confirmacion' | 'entrega_historial' | 'entrega_foto';
  /** Names its rows. */
  clave: string;
  /** The delivery to which its values are bound. */
  entrega: string;
  columnas: readonly string[];
  /** Its first part in the additional data of what is encrypted. */
  lugar: string;
  /** Where the key is told in a column of its own: its values are too large to be looked at. */
  kid?: string;
  /** Rows of one write. */
  filas: number;
}

export const CIFRADAS: readonly Cifrada[] = [
  {
    tabla: 'entrega',
    clave: 'id',
    entrega: 'id',
    columnas: [...CAMPOS_PERSONALES, 'firma'],
    lugar: 'entrega',
    filas: 100,
  },
  {
    tabla: 'confirmacion',
    clave: 'task_id',
    entrega: 'entrega_id',
    columnas: [...CAMPOS_FIRMADOS, 'firma'],
    lugar: 'entrega',
    filas: 100,
  },
  {
    tabla: 'entrega_historial',
    clave: 'id',
    entrega: 'entrega_id',
    columnas: ['detalle'],
    lugar: 'entrega',
    filas: 100,
  },
  {
    tabla: 'entrega_foto',
    clave: 'id',
    entrega: 'entrega_id',
    columnas: ['datos'],
    lugar: 'entrega_foto',
    kid: 'kid',
    filas: 4,
  },
];

type Clave = string | number;

export interface ValorCifrado {
  clave: Clave;
  entrega_id: number;
  columna: string;
  valor: string;
}

/** Values of a page of rows that another key than `actual` wrote, how many rows, and the last one's key. */
export async function listCifradasConOtra(
  db: Kysely<LogisticaTables>,
  cifrada: Cifrada,
  { actual, after }: { actual: string; after: Clave | undefined },
): Promise<{ valores: ValorCifrado[]; filas: number; last: Clave | undefined }> {
  const { tabla, clave, entrega, columnas, filas } = cifrada;
  const { rows } = await sql<Record<string, Clave | null>>`
    select ${sql.ref(clave)} as clave, ${sql.ref(entrega)} as entrega_id, ${sql.join(columnas.map((columna) => sql.ref(columna)))}
    from ${sql.table(tabla)}
    where ${after === undefined ? sql`1 = 1` : sql`${sql.ref(clave)} > ${after}`} and ${conOtra(cifrada, actual)}
    order by ${sql.ref(clave)} limit ${filas}`.execute(db);
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
  cifrada: Cifrada,
  actual: string,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from ${sql.table(cifrada.tabla)} where ${conOtra(cifrada, actual)}`.execute(db);
  return rows[0]?.total ?? 0;
}

/** Replaces a value, unless it was replaced meanwhile. */
export async function replaceCifrada(
  tx: Tx<LogisticaTables>,
  { tabla, clave, kid }: Cifrada,
  { clave: row, columna, valor }: ValorCifrado,
  nuevo: { valor: string; kid: string },
): Promise<void> {
  const alsoKid = kid === undefined ? sql`` : sql`, ${sql.ref(kid)} = ${nuevo.kid}`;
  await sql`update ${sql.table(tabla)} set ${sql.ref(columna)} = ${nuevo.valor}${alsoKid}
    where ${sql.ref(clave)} = ${row} and ${sql.ref(columna)} = ${valor}`.execute(tx);
}

const prefixOf = (kid: string): string => `v1:${kid}:`;

/** Not LIKE: a kid may contain its wildcard. NULL compares to nothing. */
function conOtra({ columnas, kid }: Cifrada, actual: string) {
  if (kid !== undefined) return sql`${sql.ref(kid)} <> ${actual}`;
  const prefix = prefixOf(actual);
  const conditions = columnas.map(
    (columna) => sql`substr(${sql.ref(columna)}, 1, ${prefix.length}) <> ${prefix}`,
  );
  return sql`(${sql.join(conditions, sql` or `)})`;
}
