/** Compares what clients were told with what the database holds, row by row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createFieldCipher, fieldAad, fieldKeyRing } from '@medisupply/shared/security/field-cipher';
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
  estado: string;
  pedido_id: string;
  direccion: string;
  nombre_recibe: string | null;
  firma_recibe: string | null;
}

export function check(dataDir: string, acknowledged: readonly Acknowledged[]): Verdict {
  const cipher = createFieldCipher(
    fieldKeyRing.parse(JSON.parse(readFileSync(join(dataDir, 'secrets/worker/field_keys.json'), 'utf8'))),
  );
  const db = new Database(join(dataDir, 'logistica.db'), { readonly: true });
  const entrega = db.prepare<[number], EntregaRow>(
    'select estado, pedido_id, direccion, nombre_recibe, firma_recibe from entrega where id = ?',
  );
  const deliveries = db
    .prepare<[number], number>(
      "select count(*) from entrega_historial where entrega_id = ? and estado = 'ENTREGADA'",
    )
    .pluck();
  const confirmations = db
    .prepare<[number], number>(
      "select count(*) from confirmacion where entrega_id = ? and estado = 'APLICADA'",
    )
    .pluck();
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
    const row = entrega.get(id);
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
  verdict.integrity = String(db.pragma('integrity_check', { simple: true }));
  db.close();
  return verdict;
}

/** How many accepted confirmations wait to be applied. */
export function waiting(dataDir: string): number {
  const db = new Database(join(dataDir, 'logistica.db'), { readonly: true });
  const count = db
    .prepare<[], number>("select count(*) from confirmacion where estado = 'ACEPTADA'")
    .pluck()
    .get();
  db.close();
  return count ?? 0;
}
