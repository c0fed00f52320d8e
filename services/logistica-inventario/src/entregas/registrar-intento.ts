import { isoTime } from '@medisupply/shared/contracts/fields';
import type { IntentoFallido, IntentoRegistrado } from '@medisupply/shared/contracts/logistica/entregas';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { badRequest } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { Container } from '../container.ts';
import type { LogisticaTables } from '../tables.ts';
import { cifrarDetalle } from './campos-personales.ts';
import { assertOpen, entregaConfirmable } from './encontrar-entrega.ts';
import { changeState } from './entregas.repository.ts';

/**
 * Somebody was there and could not deliver: a row of the history says why, and the delivery stays open.
 * @throws AppError 400 unknown reason; 404; 409 delivered, cancelled or confirmed
 */
export async function registrarIntento(
  tx: Tx<LogisticaTables>,
  { cipher, config }: Pick<Container, 'cipher' | 'config'>,
  id: number,
  { motivo, detalle, capturado }: IntentoFallido,
  caller: UserCaller,
): Promise<IntentoRegistrado> {
  const motivos = config.INTENTO_MOTIVOS;
  if (!motivos.includes(motivo)) {
    const message = `Debe ser uno de: ${motivos.join(', ')}`;
    throw badRequest(`Motivo desconocido. ${message}`, { errors: [{ path: 'body.motivo', message }] });
  }
  const entrega = await entregaConfirmable(tx, id, caller);
  await assertOpen(tx, entrega);
  const momento = Date.now();
  const estado = ESTADO_ENTREGA.intento;
  const cambio = { id, estado, anterior: entrega.estado, momento, actor: callerName(caller) };
  const dicho = detalle === undefined ? null : cifrarDetalle(cipher, id, detalle);
  await changeState(tx, cambio, {}, { motivo, detalle: dicho, capturado: capturado ?? null });
  await insertEventos(tx, [{ tipo: 'intento', momento, entrega_id: id, datos: { motivo } }]);
  return { entrega_id: id, estado, motivo, momento: isoTime(momento) };
}
