import type { EntregaGuardada, ListarEntregas } from '@medisupply/shared/contracts/logistica/entregas';
import { vistaDe, veTodasLasEntregas } from '@medisupply/shared/contracts/visibilidad';
import { ESTADOS_CERRADOS } from '@medisupply/shared/contracts/vocabulary';
import { badRequest } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import type { Page } from '@medisupply/shared/http/pagination';
import { decodeCursor, decodeTextCursor, encodeCursor, pageOf } from '@medisupply/shared/http/pagination';
import type { Container } from '../container.ts';
import { namedItemsOf } from '../inventario/inventario.repository.ts';
import { descifrar } from './campos-personales.ts';
import { toEntregaGuardada } from './entrega.presenter.ts';
import type { EntregaRow } from './entregas.repository.ts';
import { findEntregas, listEntregas } from './entregas.repository.ts';
import type { Parada } from './paradas.repository.ts';
import { listParadas } from './paradas.repository.ts';
import type { Candidata } from './prefijo.repository.ts';
import { listCandidatas } from './prefijo.repository.ts';

type Deps = Pick<Container, 'database' | 'cipher' | 'logger'>;
type Filas = Page<EntregaRow>;

const DEFAULT_LIMIT = 50;
/** Rows that one page of a prefix looks at before it says that there is more: those of others may be any number. */
const MAX_LOOKED_AT = 5_000;
const STEP = 500;

/** A page of what the caller may see: the newest first, by order number when its beginning is asked for, or by stops. */
export async function listarEntregas(
  deps: Deps,
  query: ListarEntregas,
  caller: UserCaller,
): Promise<Page<EntregaGuardada>> {
  const { items: rows, next } = await filasDe(deps, query, caller);
  const vistaDeFila = (row: EntregaRow) => vistaDe(row, caller) ?? 'reservada';
  if (query.claro === undefined)
    return { items: rows.map((row) => toEntregaGuardada(row, vistaDeFila(row))), next };
  return { items: await enClaro(deps, rows, vistaDeFila), next };
}

function filasDe(deps: Deps, query: ListarEntregas, caller: UserCaller): Promise<Filas> {
  if (query.mias !== undefined) return paradas(deps, query, caller);
  return query.pedido_prefijo === undefined
    ? masNuevas(deps, query, caller)
    : porPrefijo(deps, query.pedido_prefijo, query, caller);
}

async function masNuevas(
  { database }: Deps,
  { limite = DEFAULT_LIMIT, cursor, estado, pedido_id, sin_asignar }: ListarEntregas,
  caller: UserCaller,
): Promise<Filas> {
  const rows = await listEntregas(database.read, {
    viewer: veTodasLasEntregas(caller) ? undefined : caller,
    before: decodeCursor(cursor),
    estado,
    pedido_id,
    sinAsignar: sin_asignar !== undefined,
    limit: limite + 1,
  });
  return pageOf(rows, limite, ({ id }) => id, asItIs);
}

/** What the caller carries, as long as it is open. */
async function paradas(
  { database }: Deps,
  { limite = DEFAULT_LIMIT, cursor, estado, pedido_id, pedido_prefijo, sin_asignar }: ListarEntregas,
  { usuario_id }: UserCaller,
): Promise<Filas> {
  if (sin_asignar !== undefined) return { items: [], next: undefined };
  const rows = await listParadas(database.read, {
    usuario_id,
    after: paradaOf(cursor),
    estado,
    pedido_id,
    pedido_prefijo,
    limit: limite + 1,
  });
  return pageOf(rows, limite, ({ id, orden }) => `${orden ?? ''}.${id}`, asItIs);
}

function paradaOf(cursor: string | undefined): Parada | undefined {
  if (cursor === undefined) return undefined;
  const [, orden, id] = /^(\d{0,15})\.(\d{1,15})$/.exec(decodeTextCursor(cursor)) ?? [];
  if (orden === undefined) throw badRequest('Cursor no válido');
  return { id: Number(id), orden: orden === '' ? null : Number(orden) };
}

/** Goes through the index by order number; a page may be empty and have a next one. */
async function porPrefijo(
  { database }: Deps,
  prefix: string,
  { limite = DEFAULT_LIMIT, cursor, estado, pedido_id, sin_asignar }: ListarEntregas,
  caller: UserCaller,
): Promise<Filas> {
  const isWanted = (row: Candidata): boolean =>
    vistaDe(row, caller) !== undefined &&
    (estado === undefined || row.estado === estado) &&
    (pedido_id === undefined || row.pedido_id === pedido_id) &&
    (sin_asignar === undefined || isClaimable(row));
  const found: Candidata[] = [];
  let after = pedidoOf(cursor);
  const isEachWanted = veTodasLasEntregas(caller) && [estado, pedido_id, sin_asignar].every(isAbsent);
  const step = isEachWanted ? limite + 1 : STEP;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += step) {
    const rows = await listCandidatas(database.read, prefix, { after, limit: step });
    found.push(...rows.filter(isWanted));
    after = rows.at(-1);
    const isLast = rows.length < step;
    if (found.length > limite || isLast) {
      after = found.length > limite ? found[limite - 1] : undefined;
      break;
    }
  }
  const ids = found.slice(0, limite).map(({ id }) => id);
  const byId = new Map((await findEntregas(database.read, ids)).map((row) => [row.id, row]));
  return {
    items: ids.flatMap((id) => byId.get(id) ?? []),
    next: after && encodeCursor(`${after.id}.${after.pedido_id}`),
  };
}

const isAbsent = (value: unknown): boolean => value === undefined;

const isClaimable = ({ asignada_a, confirmada_por, estado }: Candidata): boolean =>
  asignada_a === null && confirmada_por === null && !ESTADOS_CERRADOS.some((cerrado) => cerrado === estado);

function pedidoOf(cursor: string | undefined): Pick<EntregaRow, 'id' | 'pedido_id'> | undefined {
  if (cursor === undefined) return undefined;
  const [, id, pedido_id] = /^(\d{1,15})\.([^]+)$/.exec(decodeTextCursor(cursor)) ?? [];
  if (pedido_id === undefined || pedido_id.includes('\0')) throw badRequest('Cursor no válido');
  return { id: Number(id), pedido_id };
}

const asItIs = (row: EntregaRow): EntregaRow => row;

/** With what the caller sees in full in clear, and what it carries. */
async function enClaro(
  { database, cipher, logger }: Deps,
  rows: readonly EntregaRow[],
  vistaDeFila: (row: EntregaRow) => 'completa' | 'reservada',
): Promise<EntregaGuardada[]> {
  const items = await namedItemsOf(
    database.read,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const vista = vistaDeFila(row);
    return {
      ...toEntregaGuardada(row, vista),
      ...(vista === 'completa' ? legible(row) : {}),
      items: (items.get(row.id) ?? []).map(({ producto_id, sku, nombre, cantidad }) => ({
        producto_id,
        sku,
        nombre,
        cantidad,
      })),
    };
  });

  /** One that does not open is shown without: the others of the page are there all the same. */
  function legible({ id, direccion, destinatario }: EntregaRow) {
    try {
      return descifrar(cipher, id, { direccion, destinatario });
    } catch (error) {
      logger.warn({ err: error, entrega_id: id }, 'una entrega de la lista no se puede leer');
      return { direccion: null, destinatario: null };
    }
  }
}
