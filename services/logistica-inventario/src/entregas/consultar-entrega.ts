import { isoTime } from '@medisupply/shared/contracts/fields';
import { AppError, notFound } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { headerOfSignature, verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { Container } from '../container.ts';
import { listNamedItems } from '../inventario/inventario.repository.ts';
import { descifrar, descifrarDetalle, descifrarFirma } from './campos-personales.ts';
import { latestTaskOf } from './confirmaciones.repository.ts';
import { timeOrNull } from './entrega.presenter.ts';
import type { EntregaRow } from './entregas.repository.ts';
import { findEntrega, listHistorial } from './entregas.repository.ts';
import type { EntregaDescifrada } from '@medisupply/shared/contracts/logistica/entregas';
import { vistaDe } from '@medisupply/shared/contracts/visibilidad';
import type { CampoPersonal } from '@medisupply/shared/contracts/vocabulary';

type Deps = Pick<Container, 'database' | 'cipher' | 'keySet'>;

const SIN_DATOS = { direccion: null, nombre_recibe: null, firma_recibe: null, destinatario: null };

/** One delivery in clear, or that there is one without a courier. @throws AppError 404, also for somebody else's */
export async function consultarEntrega(deps: Deps, id: number, caller: Caller): Promise<EntregaDescifrada> {
  const { read } = deps.database;
  const row = await findEntrega(read, id);
  const vista = row && vistaDe(row, caller);
  if (!vista) throw notFound('Entrega no encontrada');
  const [historial, task_id, items] = await Promise.all([
    listHistorial(read, id),
    latestTaskOf(read, id),
    listNamedItems(read, id),
  ]);
  const firma = firmaDe(deps.cipher, row);
  const fields = vista === 'completa' ? descifrar(deps.cipher, row.id, row) : SIN_DATOS;
  return {
    id: row.id,
    ...fields,
    ...(vista === 'reservada' ? { reservada: true } : {}),
    pedido_id: row.pedido_id,
    estado: row.estado,
    integridad_firma: firma,
    firma_verificada: signatureHolds(deps, { ...row, firma }, fields),
    firma_clave: signingKeyOf(deps, firma),
    capturado: row.capturado,
    foto_sha256: row.foto_sha256,
    fecha_entrega: timeOrNull(row.fecha_entrega),
    asignada_a: row.asignada_a,
    orden: row.orden,
    creada_por: row.creada_por,
    confirmada_por: row.confirmada_por,
    task_id: task_id ?? null,
    items,
    historial: historial.map(({ cambio, momento, motivo, detalle, capturado, ...change }) => ({
      ...change,
      momento: isoTime(momento),
      ...(cambio === null ? {} : { cambio }),
      ...(motivo === null ? {} : { motivo }),
      ...(detalle === null || vista === 'reservada'
        ? {}
        : { detalle: descifrarDetalle(deps.cipher, id, detalle) }),
      ...(capturado === null ? {} : { capturado }),
    })),
  };
}

type ClearFields = Record<CampoPersonal, string | null>;

/** In clear. One that was put in behind the platform's back and does not open is no signature, and covers nothing. */
function firmaDe(cipher: FieldCipher, { id, firma }: EntregaRow): string | null {
  if (firma === null) return null;
  try {
    return descifrarFirma(cipher, id, firma);
  } catch (error) {
    if (error instanceof AppError) return '';
    throw error;
  }
}

/** The key of the stored signature; `revocada` after the signature was accepted, or it would not have been. */
function signingKeyOf({ keySet }: Deps, firma: string | null): EntregaDescifrada['firma_clave'] {
  const kid = headerOfSignature(firma)?.kid;
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
    capturado: row.capturado ?? undefined,
    foto_sha256: row.foto_sha256 ?? undefined,
  };
  return verifyDelivery(row.firma, payload, keySet.findSignatureKey, { ignoreExpiry: true }).valid;
}
