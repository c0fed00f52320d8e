import type { Expression, Kysely, Selectable, SelectQueryBuilder, SqlBool } from 'kysely';
import { expressionBuilder, sql } from 'kysely';
import type { Viewer, Viewers } from '@medisupply/shared/contracts/visibilidad';
import { razonesPara } from '@medisupply/shared/contracts/visibilidad';
import { prepared, preparedInsert } from '@medisupply/shared/db/prepared';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { CambioDeAsignacion } from '@medisupply/shared/contracts/vocabulary';
import { ESTADO_ENTREGA, ESTADOS_CERRADOS } from '@medisupply/shared/contracts/vocabulary';
import type { EntregaHistorialTable, EntregaTable, LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;
export type EntregaRow = Selectable<EntregaTable>;

export interface NewEntrega {
  pedido_id: string;
  estado: string;
  asignada_a: number | null;
  creada_por: string;
  creador_id: number | null;
  creada: number;
}

type Cifrados = Pick<EntregaRow, 'direccion' | 'destinatario'>;

/** Inserts the row, then what is personal of it: the ciphertext is bound to the id, which only the insert gives. */
export async function insertEntrega(
  tx: Tx<LogisticaTables>,
  entrega: NewEntrega,
  encrypt: (id: number) => Cifrados,
): Promise<EntregaRow> {
  const inserted = await insertRow(tx, entrega);
  const { id } = inserted.rows[0]!;
  return (await setPersonales(tx, { id, ...encrypt(id) })).rows[0]!;
}

const insertRow = prepared<LogisticaTables, NewEntrega, { id: number }>(
  (db, { pedido_id, estado, asignada_a, creada_por, creador_id, creada }) =>
    db
      .insertInto('entrega')
      .values({
        pedido_id,
        estado,
        asignada_a,
        creada_por,
        creador_id,
        creada,
        direccion: '',
        actualizada: creada,
        confirmada_por: null,
        nombre_recibe: null,
        firma_recibe: null,
        firma: null,
        fecha_entrega: null,
      })
      .returning('id'),
);

const setPersonales = prepared<LogisticaTables, { id: number } & Cifrados, EntregaRow>(
  (db, { id, direccion, destinatario }) =>
    db.updateTable('entrega').set({ direccion, destinatario }).where('id', '=', id).returningAll(),
);

export const findEntrega = async (db: Db, id: number): Promise<EntregaRow | undefined> =>
  (await selectRow(db, { id })).rows[0];

const selectRow = prepared<LogisticaTables, { id: number }, EntregaRow>((db, { id }) =>
  db.selectFrom('entrega').selectAll().where('id', '=', id),
);

export async function findEntregas(db: Db, ids: readonly number[]): Promise<EntregaRow[]> {
  return db.selectFrom('entrega').selectAll().where('id', 'in', ids).execute();
}

/** The first delivery that a user created for an order. One order has few: its index is the one to read. */
export async function findOwn(db: Db, pedido_id: string, usuario_id: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('entrega')
    .select('id')
    .where('pedido_id', '=', pedido_id)
    .where(sql<number>`+${sql.ref('creador_id')}`, '=', usuario_id)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** What a change of state needs to know of a delivery, without its ciphertexts. */
export type EntregaState = Pick<
  EntregaRow,
  'id' | 'estado' | 'pedido_id' | 'asignada_a' | 'creador_id' | 'confirmada_por'
>;

export const findEntregaState = async (db: Db, id: number): Promise<EntregaState | undefined> =>
  (await selectState(db, { id })).rows[0];

const selectState = prepared<LogisticaTables, { id: number }, EntregaState>((db, { id }) =>
  db
    .selectFrom('entrega')
    .select(['id', 'estado', 'pedido_id', 'asignada_a', 'creador_id', 'confirmada_por'])
    .where('id', '=', id),
);

export interface ListFilter {
  /** Only what this user may see; undefined: everything. */
  viewer: Viewer | undefined;
  before: number | undefined;
  estado: string | undefined;
  pedido_id: string | undefined;
  /** Only what can be claimed. */
  sinAsignar?: boolean;
  limit: number;
}

/** What each reason to see a delivery asks of its row. */
function razonesDe(viewer: Viewer): Expression<SqlBool>[] {
  const eb = expressionBuilder<LogisticaTables, 'entrega'>();
  return razonesPara(viewer).map(({ columnas }) =>
    eb.and(
      Object.entries(columnas).map(([name, value]) => {
        const column = name as keyof Viewers;
        return value === null ? eb(column, 'is', null) : eb(column, '=', viewer.usuario_id);
      }),
    ),
  );
}

const anyOf = (razones: readonly Expression<SqlBool>[]): Expression<SqlBool> =>
  sql<SqlBool>`(${sql.join(razones, sql` or `)})`;

/** A column that is looked at row by row: no index is chosen for it. */
export const walked = (column: string) => sql<string>`coalesce(${sql.ref(column)}, '')`;

/**
 * Newest first. For a viewer, each reason to see a delivery is read from its own index, so that the work is bounded by
 * the page and not by how many deliveries there are. Those of one order are few, and looked at one by one.
 */
export async function listEntregas(db: Db, filter: ListFilter): Promise<EntregaRow[]> {
  const page = (query: SelectQueryBuilder<LogisticaTables, 'entrega', { id: number }>) => {
    let filtered = query;
    if (filter.before !== undefined) filtered = filtered.where('id', '<', filter.before);
    if (filter.pedido_id !== undefined) filtered = filtered.where('pedido_id', '=', filter.pedido_id);
    if (filter.estado !== undefined)
      filtered = filtered.where(
        filter.pedido_id === undefined ? 'estado' : walked('estado'),
        '=',
        filter.estado,
      );
    if (filter.sinAsignar)
      filtered = filtered
        .where('asignada_a', 'is', null)
        .where('confirmada_por', 'is', null)
        .where('estado', 'not in', ESTADOS_CERRADOS);
    return filtered.orderBy('id', 'desc').limit(filter.limit);
  };
  const ids = () => db.selectFrom('entrega').select('id');
  const reasons =
    filter.viewer === undefined
      ? [page(ids())]
      : filter.pedido_id === undefined
        ? razonesDe(filter.viewer).map((razon) => page(ids().where(razon)))
        : [page(ids().where(anyOf(razonesDe(filter.viewer))))];
  const found = await Promise.all(reasons.map((query) => query.execute()));
  const newest = newestOf(
    found.flat().map((row) => row.id),
    filter.limit,
  );
  if (newest.length === 0) return [];
  return db.selectFrom('entrega').selectAll().where('id', 'in', newest).orderBy('id', 'desc').execute();
}

/** What was found for several reasons, once each. */
export const newestOf = (keys: readonly number[], limit: number): number[] =>
  [...new Set(keys)].toSorted((a, b) => b - a).slice(0, limit);

export interface StateChange {
  id: number;
  estado: string;
  anterior: string;
  momento: number;
  actor: string;
  task_id?: string;
  cambio?: CambioDeAsignacion;
}

/** What the history keeps of a failed attempt besides. */
type Intento = Pick<Selectable<EntregaHistorialTable>, 'motivo' | 'detalle' | 'capturado'>;

/** Changes `estado` with its row of history. ENTREGADA is final: then nothing changes and the answer is false. */
export async function changeState(
  tx: Tx<LogisticaTables>,
  change: StateChange,
  columns: Partial<Pick<EntregaRow, 'confirmada_por'>> = {},
  intento?: Intento,
): Promise<boolean> {
  const { id, estado, momento } = change;
  const { confirmada_por } = columns;
  const { numAffectedRows } =
    confirmada_por === undefined
      ? await setState(tx, { id, estado, momento })
      : await setStateAndUser(tx, { id, estado, momento, confirmada_por });
  if (numAffectedRows === 0n) return false;
  await insertHistorial(tx, change, intento);
  return true;
}

const setState = prepared<LogisticaTables, { id: number; estado: string; momento: number }>(
  (db, { id, estado, momento }) =>
    db
      .updateTable('entrega')
      .set({ estado, actualizada: momento })
      .where('id', '=', id)
      .where('estado', '<>', ESTADO_ENTREGA.entregada),
);

const setStateAndUser = prepared<
  LogisticaTables,
  { id: number; estado: string; momento: number; confirmada_por: number | null }
>((db, { id, estado, momento, confirmada_por }) =>
  db
    .updateTable('entrega')
    .set({ estado, actualizada: momento, confirmada_por })
    .where('id', '=', id)
    .where('estado', '<>', ESTADO_ENTREGA.entregada),
);

/** Who carries it from now on, as none of their stops yet; its state stays. */
export async function changeAssignee(
  tx: Tx<LogisticaTables>,
  entrega: EntregaRow,
  change: { asignada_a: number | null; cambio: CambioDeAsignacion; momento: number; actor: string },
): Promise<EntregaRow> {
  const { cambio, momento, actor, asignada_a } = change;
  await insertHistorial(tx, {
    id: entrega.id,
    estado: entrega.estado,
    anterior: entrega.estado,
    momento,
    actor,
    cambio,
  });
  return tx
    .updateTable('entrega')
    .set({ asignada_a, orden: null, actualizada: momento })
    .where('id', '=', entrega.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * ENTREGADA with what was confirmed; ciphertext is copied, nothing is decrypted. The confirmation is read in the same
 * statement: since anybody looked at it, it may have been encrypted again with another key.
 * @returns whether stock is reserved for it; undefined when it was ENTREGADA before, and nothing changes
 */
export async function applyConfirmacion(
  tx: Tx<LogisticaTables>,
  change: Omit<StateChange, 'estado' | 'cambio'> & { task_id: string },
): Promise<{ reservas: boolean } | undefined> {
  const { id, task_id, momento } = change;
  const { rows } = await copyConfirmed(tx, { id, task_id, momento });
  if (rows[0] === undefined) return undefined;
  await insertHistorial(tx, { ...change, estado: ESTADO_ENTREGA.entregada });
  return { reservas: Boolean(rows[0].reservas) };
}

const copyConfirmed = prepared<
  LogisticaTables,
  { id: number; task_id: string; momento: number },
  { reservas: SqlBool }
>((db, { id, task_id, momento }) =>
  db
    .updateTable('entrega')
    .from('confirmacion')
    .set((eb) => ({
      estado: ESTADO_ENTREGA.entregada,
      actualizada: momento,
      confirmada_por: eb.ref('confirmacion.usuario_id'),
      direccion: eb.ref('confirmacion.direccion'),
      nombre_recibe: eb.ref('confirmacion.nombre_recibe'),
      firma_recibe: eb.ref('confirmacion.firma_recibe'),
      firma: eb.ref('confirmacion.firma'),
      capturado: eb.ref('confirmacion.capturado'),
      foto_sha256: eb.ref('confirmacion.foto_sha256'),
      fecha_entrega: momento,
    }))
    .where('entrega.id', '=', id)
    .where('entrega.estado', '<>', ESTADO_ENTREGA.entregada)
    .where('confirmacion.task_id', '=', task_id)
    .returning((eb) =>
      eb
        .exists(
          eb
            .selectFrom('entrega_item')
            .select('producto_id')
            .where('entrega_item.entrega_id', '=', id)
            .where('entrega_item.estado', '=', 'RESERVADO'),
        )
        .as('reservas'),
    ),
);

export async function insertHistorial(
  tx: Tx<LogisticaTables>,
  change: Omit<StateChange, 'anterior'> & { anterior: string | null },
  intento?: Intento,
): Promise<void> {
  const { id, estado, anterior, momento, actor, task_id = null, cambio = null } = change;
  const row = { entrega_id: id, estado, anterior, momento, actor, task_id, cambio };
  if (intento) await insertIntento(tx, [{ ...row, ...intento }]);
  else await insertChange(tx, [row]);
}

const insertIntento = preparedInsert<LogisticaTables, 'entrega_historial'>('entrega_historial', [
  'entrega_id',
  'estado',
  'anterior',
  'momento',
  'actor',
  'motivo',
  'detalle',
  'capturado',
]);

const insertChange = preparedInsert<LogisticaTables, 'entrega_historial'>('entrega_historial', [
  'entrega_id',
  'estado',
  'anterior',
  'momento',
  'actor',
  'task_id',
  'cambio',
]);

/** Read from the index by state, up to 100,000. */
export async function countByState(db: Db, estado: string): Promise<number> {
  const { total } = await db
    .selectFrom(db.selectFrom('entrega').select('id').where('estado', '=', estado).limit(100_000).as('rows'))
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

export async function listHistorial(db: Db, entregaId: number) {
  return db
    .selectFrom('entrega_historial')
    .select(['estado', 'anterior', 'momento', 'actor', 'task_id', 'cambio', 'motivo', 'detalle', 'capturado'])
    .where('entrega_id', '=', entregaId)
    .orderBy('id')
    .limit(500)
    .execute();
}
