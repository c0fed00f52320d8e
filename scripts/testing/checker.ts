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
  /** More or fewer than one trace of it: in the history, the confirmations, the events, the stock. */
  twice: number[];
  /** ENTREGADA with other data than was confirmed, or by another task than was acknowledged. */
  wrong: number[];
  integrity: string;
}

/** A delivery as it is stored, with the traces that confirming it left. */
export interface Stored {
  id: number;
  estado: string;
  pedido_id: string;
  direccion: string;
  nombre_recibe: string | null;
  firma_recibe: string | null;
  historial: number;
  confirmaciones: number;
  eventos: number;
  unidades: number;
  /** When it became ENTREGADA first (ms UTC). */
  aplicada: number | null;
  task_id: string | null;
}

/** Reads a database of logistica that is not a file in the data folder. */
export type Rows = <R extends object>(sql: string) => Promise<R[]>;

/** A stored text as the client sent it. */
export type Open = (
  column: 'direccion' | 'nombre_recibe' | 'firma_recibe',
  id: number,
  text: string,
) => string;

const STORED = `
  select e.id, e.estado, e.pedido_id, e.direccion, e.nombre_recibe, e.firma_recibe, h.aplicada, c.task_id,
    coalesce(h.n, 0) as historial, coalesce(c.n, 0) as confirmaciones, coalesce(v.n, 0) as eventos, coalesce(m.n, 0) as unidades
  from entrega e
  left join (select entrega_id, count(*) as n, min(momento) as aplicada from entrega_historial where estado = 'ENTREGADA' group by entrega_id) h
    on h.entrega_id = e.id
  left join (select entrega_id, count(*) as n, max(task_id) as task_id from confirmacion where estado = 'APLICADA' group by entrega_id) c
    on c.entrega_id = e.id
  left join (select entrega_id, count(*) as n from evento where tipo = 'aplicada' group by entrega_id) v on v.entrega_id = e.id
  left join (select entrega_id, sum(-cantidad) as n from movimiento_inventario where tipo = 'SALIDA' group by entrega_id) m
    on m.entrega_id = e.id`;

export async function storedDeliveries(rows: Rows, open: Open): Promise<Map<number, Stored>> {
  const stored = await rows<Stored>(STORED);
  const opened = (row: Stored, column: 'nombre_recibe' | 'firma_recibe') =>
    row[column] === null ? null : open(column, row.id, row[column]);
  return new Map(
    stored.map((row) => [
      row.id,
      {
        ...row,
        direccion: open('direccion', row.id, row.direccion),
        nombre_recibe: opened(row, 'nombre_recibe'),
        firma_recibe: opened(row, 'firma_recibe'),
      },
    ]),
  );
}

/** What was confirmed; without a task nobody acknowledged it. */
export type Told = Omit<Acknowledged, 'task_id'> & { task_id?: string };

/** @param units what the delivery carries */
export function flawOf(
  told: Told,
  row: Stored | undefined,
  units = 0,
): 'lost' | 'twice' | 'wrong' | undefined {
  const traces = row && [row.historial, row.confirmaciones, row.eventos];
  if (row?.estado !== 'ENTREGADA') {
    if (told.task_id !== undefined) return 'lost';
    return traces?.every((n) => n === 0) && row?.unidades === 0 ? undefined : 'wrong';
  }
  if (traces?.some((n) => n !== 1) || row.unidades !== units) return 'twice';
  const holds =
    (told.task_id ?? row.task_id) === row.task_id &&
    (['pedido_id', 'direccion', 'nombre_recibe', 'firma_recibe'] as const).every(
      (field) => row[field] === told[field],
    );
  return holds ? undefined : 'wrong';
}

export async function check(
  dataDir: string,
  acknowledged: readonly Acknowledged[],
  elsewhere?: Rows,
): Promise<Verdict> {
  const rows: Rows = elsewhere ?? ((sql) => storedRows(dataDir, 'logistica', sql));
  const stored = await storedDeliveries(rows, cipherOf(dataDir));
  const flaws = acknowledged.map((told) => ({ told, flaw: flawOf(told, stored.get(told.entrega_id)) }));
  const those = (wanted: string) =>
    flaws.filter(({ flaw }) => flaw === wanted).map(({ told }) => told.entrega_id);
  const lost = those('lost');
  return {
    acknowledged: acknowledged.length,
    applied: acknowledged.length - lost.length,
    lost: lost.map((id) => ({ entrega_id: id, estado: stored.get(id)?.estado })),
    twice: those('twice'),
    wrong: those('wrong'),
    integrity: elsewhere ? 'ok' : await integrityOf(dataDir, 'logistica'),
  };
}

/** Reads what the worker encrypted. */
export function cipherOf(dataDir: string): Open {
  const cipher = createFieldCipher(
    fieldKeyRing.parse(JSON.parse(readFileSync(join(dataDir, 'secrets/worker/field_keys.json'), 'utf8'))),
  );
  return (column, id, text) => cipher.decrypt(text, fieldAad('entrega', column, id));
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
