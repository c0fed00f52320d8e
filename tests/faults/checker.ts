/** Compares what clients were told with what the database holds, row by row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFieldCipher, fieldAad, fieldKeyRing } from '@medisupply/shared/security/field-cipher';
import { integrityOf, storedRows } from '@medisupply/shared/testing/test-database';
import type { Acknowledged } from './courier.ts';

export interface Verdict {
  acknowledged: number;
  applied: number;
  /** Acknowledged and not ENTREGADA. */
  lost: { entrega_id: number; estado: string | undefined }[];
  /** More than one row of history with ENTREGADA, or more than one applied confirmation. */
  twice: number[];
  /** ENTREGADA with other data than was confirmed. */
  wrong: number[];
  integrity: string;
}

interface EntregaRow {
  id: number;
  estado: string;
  pedido_id: string;
  direccion: string;
  nombre_recibe: string | null;
  firma_recibe: string | null;
}

/** Reads a database of logistica that is not a file in the data folder. */
export type Rows = <R extends object>(sql: string) => Promise<R[]>;

export async function check(
  dataDir: string,
  acknowledged: readonly Acknowledged[],
  elsewhere?: Rows,
): Promise<Verdict> {
  const rows: Rows = elsewhere ?? ((sql) => storedRows(dataDir, 'logistica', sql));
  const cipher = createFieldCipher(
    fieldKeyRing.parse(JSON.parse(readFileSync(join(dataDir, 'secrets/worker/field_keys.json'), 'utf8'))),
  );
  const count = async (sql: string) =>
    new Map((await rows<{ id: number; n: number }>(sql)).map(({ id, n }) => [id, n]));
  const entregas = new Map(
    (
      await rows<EntregaRow>(
        'select id, estado, pedido_id, direccion, nombre_recibe, firma_recibe from entrega',
      )
    ).map((row) => [row.id, row]),
  );
  const deliveries = await count(
    "select entrega_id as id, count(*) as n from entrega_historial where estado = 'ENTREGADA' group by entrega_id",
  );
  const confirmations = await count(
    "select entrega_id as id, count(*) as n from confirmacion where estado = 'APLICADA' group by entrega_id",
  );
  const open = (id: number, column: 'direccion' | 'nombre_recibe' | 'firma_recibe', value: string | null) =>
    value === null ? null : cipher.decrypt(value, fieldAad('entrega', column, id));

  const verdict: Verdict = {
    acknowledged: acknowledged.length,
    applied: 0,
    lost: [],
    twice: [],
    wrong: [],
    integrity: '',
  };
  for (const told of acknowledged) {
    const id = told.entrega_id;
    const row = entregas.get(id);
    if (row?.estado !== 'ENTREGADA') {
      verdict.lost.push({ entrega_id: id, estado: row?.estado });
      continue;
    }
    verdict.applied += 1;
    if (deliveries.get(id) !== 1 || confirmations.get(id) !== 1) verdict.twice.push(id);
    const holds =
      row.pedido_id === told.pedido_id &&
      open(id, 'direccion', row.direccion) === told.direccion &&
      open(id, 'nombre_recibe', row.nombre_recibe) === told.nombre_recibe &&
      open(id, 'firma_recibe', row.firma_recibe) === told.firma_recibe;
    if (!holds) verdict.wrong.push(id);
  }
  verdict.integrity = elsewhere ? 'ok' : await integrityOf(dataDir, 'logistica');
  return verdict;
}

/** How many accepted confirmations wait to be applied. */
export async function waiting(dataDir: string): Promise<number> {
  const [row] = await storedRows<{ n: number }>(
    dataDir,
    'logistica',
    "select count(*) as n from confirmacion where estado = 'ACEPTADA'",
  );
  return row?.n ?? 0;
}
