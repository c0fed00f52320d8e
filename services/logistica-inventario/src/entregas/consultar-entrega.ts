import { isoTime } from '@medisupply/shared/contracts/fields';
import { notFound } from '@medisupply/shared/http/app-error';
import type { Caller, UserCaller } from '@medisupply/shared/http/caller';
import type { Page } from '@medisupply/shared/http/pagination';
import { decodeCursor, pageOf } from '@medisupply/shared/http/pagination';
import { headerOfSignature, verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { Container } from '../container.ts';
import { listItems } from '../inventario/inventario.repository.ts';
import { descifrar } from './campos-personales.ts';
import { latestTaskOf } from './confirmaciones.repository.ts';
import { timeOrNull, toEntregaGuardada } from './entrega.presenter.ts';
import type { EntregaRow } from './entregas.repository.ts';
import { findEntrega, listEntregas, listHistorial } from './entregas.repository.ts';
import type {
  EntregaDescifrada,
  EntregaGuardada,
  ListarEntregas,
} from '@medisupply/shared/contracts/logistica/entregas';
import { vistaDe, veTodasLasEntregas } from '@medisupply/shared/contracts/visibilidad';
import type { CampoPersonal } from '@medisupply/shared/contracts/vocabulary';

type Deps = Pick<Container, 'database' | 'cipher' | 'keySet'>;

const SIN_DATOS = { direccion: null, nombre_recibe: null, firma_recibe: null };

/** One delivery in clear, or that there is one without a courier. @throws AppError 404, also for somebody else's */
export async function consultarEntrega(deps: Deps, id: number, caller: Caller): Promise<EntregaDescifrada> {
  const { read } = deps.database;
  const row = await findEntrega(read, id);
  const vista = row && vistaDe(row, caller);
  if (!vista) throw notFound('Entrega no encontrada');
  const [historial, task_id, items] = await Promise.all([
    listHistorial(read, id),
    latestTaskOf(read, id),
    listItems(read, id),
  ]);
  const fields = vista === 'completa' ? descifrar(deps.cipher, row.id, row) : SIN_DATOS;
  return {
    id: row.id,
    ...fields,
    ...(vista === 'reservada' ? { reservada: true } : {}),
    pedido_id: row.pedido_id,
    estado: row.estado,
    integridad_firma: signatureHolds(deps, row, fields),
    firma_clave: signingKeyOf(deps, row),
    fecha_entrega: timeOrNull(row.fecha_entrega),
    asignada_a: row.asignada_a,
    creada_por: row.creada_por,
    confirmada_por: row.confirmada_por,
    task_id: task_id ?? null,
    items,
    historial: historial.map(({ cambio, momento, ...change }) => ({
      ...change,
      momento: isoTime(momento),
      ...(cambio === null ? {} : { cambio }),
    })),
  };
}

/** A page of what the caller may see, newest first, as stored. */
export async function listarEntregas(
  deps: Deps,
  query: ListarEntregas,
  caller: UserCaller,
): Promise<Page<EntregaGuardada>> {
  const limit = query.limite ?? 50;
  const rows = await listEntregas(deps.database.read, {
    viewer: veTodasLasEntregas(caller) ? undefined : caller,
    before: decodeCursor(query.cursor),
    estado: query.estado,
    pedido_id: query.pedido_id,
    limit: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    (row) => row.id,
    (row) => toEntregaGuardada(row, vistaDe(row, caller) ?? 'reservada'),
  );
}

type ClearFields = Record<CampoPersonal, string | null>;

/** The key of the stored signature; `revocada` after the signature was accepted, or it would not have been. */
function signingKeyOf({ keySet }: Deps, row: EntregaRow): EntregaDescifrada['firma_clave'] {
  const kid = headerOfSignature(row.firma)?.kid;
  if (kid === undefined) return null;
  const revoked = keySet.findSignatureKey(kid)?.revoked;
  return { kid, revocada: revoked === undefined ? null : isoTime(revoked * 1_000) };
}

/** Whether the stored signature still covers the stored data, years after it expired; null before the delivery. */
function signatureHolds({ keySet }: Deps, row: EntregaRow, fields: ClearFields): boolean | null {
  if (
    row.firma === null ||
    fields.direccion === null ||
    fields.nombre_recibe === null ||
    fields.firma_recibe === null ||
    row.confirmada_por === null
  )
    return null;
  const payload = {
    direccion: fields.direccion,
    nombre_recibe: fields.nombre_recibe,
    firma_recibe: fields.firma_recibe,
    pedido_id: row.pedido_id,
    entrega_id: row.id,
    usuario_id: row.confirmada_por,
  };
  return verifyDelivery(row.firma, payload, keySet.findSignatureKey, { ignoreExpiry: true }).valid;
}
