import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { Prueba, PruebaSinSello } from '@medisupply/shared/contracts/prueba';
import { sellarPruebaResponse } from '@medisupply/shared/contracts/prueba';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { conflict, unavailable } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { PROOF_FORMAT } from '@medisupply/shared/proof/format';
import type { Container } from '../container.ts';
import { listNamedItems } from '../inventario/inventario.repository.ts';
import { descifrar, descifrarFirma } from '../entregas/campos-personales.ts';
import { entregaCompleta } from '../entregas/encontrar-entrega.ts';
import type { EntregaRow } from '../entregas/entregas.repository.ts';
import { listHistorial } from '../entregas/entregas.repository.ts';
import { findRecepcion } from './pruebas.repository.ts';

type Deps = Pick<Container, 'database' | 'cipher' | 'autorizador' | 'sealLimit'>;

/**
 * The proof of a delivery for whoever sees it in full.
 * @throws AppError 404, also for somebody else's; 409 unless it is delivered and its signature holds; 503 without autorizador
 */
export async function pruebaPara(deps: Deps, id: number, caller: UserCaller): Promise<Prueba> {
  const row = await entregaCompleta(deps.database.read, id, caller);
  return deps.sealLimit.run(caller.usuario_id, () => pruebaDe(deps, row));
}

export async function pruebaDe({ database, cipher, autorizador }: Deps, row: EntregaRow): Promise<Prueba> {
  const { confirmada_por, direccion, nombre_recibe, firma_recibe } = row;
  if (
    row.estado !== ESTADO_ENTREGA.entregada ||
    row.firma === null ||
    row.fecha_entrega === null ||
    confirmada_por === null ||
    nombre_recibe === null ||
    firma_recibe === null
  )
    throw conflict('Solo hay prueba de una entrega entregada');
  const { read } = database;
  const [historial, items, recepcion] = await Promise.all([
    listHistorial(read, row.id),
    listNamedItems(read, row.id),
    findRecepcion(read, row.id),
  ]);
  const personal = descifrar(cipher, row.id, { direccion, nombre_recibe, firma_recibe });
  const sinSello: PruebaSinSello = {
    formato: PROOF_FORMAT,
    entrega: {
      id: row.id,
      pedido_id: row.pedido_id,
      estado: ESTADO_ENTREGA.entregada,
      creada: isoTime(row.creada),
      fecha_entrega: isoTime(row.fecha_entrega),
      creada_por: row.creada_por,
      asignada_a: row.asignada_a,
      confirmada_por,
    },
    datos: deliveryPayload(
      {
        ...personal,
        pedido_id: row.pedido_id,
        entrega_id: row.id,
        capturado: row.capturado ?? undefined,
        foto_sha256: row.foto_sha256 ?? undefined,
      },
      confirmada_por,
    ),
    firma: descifrarFirma(cipher, row.id, row.firma),
    recepcion: {
      recibida: recepcion ? isoTime(recepcion.recibida) : null,
      tarea: recepcion?.task_id ?? null,
    },
    items,
    // What a courier said of a failed attempt in words of their own stays here: it is about people.
    historial: historial.map(({ estado, anterior, momento, actor, cambio, motivo, capturado, task_id }) => ({
      estado,
      anterior,
      momento: isoTime(momento),
      actor,
      ...(cambio === null ? {} : { cambio }),
      ...(motivo === null ? {} : { motivo }),
      ...(capturado === null ? {} : { capturado }),
      tarea: task_id,
    })),
  };
  return sealed(autorizador, sinSello);
}

async function sealed(autorizador: Container['autorizador'], sinSello: PruebaSinSello): Promise<Prueba> {
  const answer = await autorizador.post('/sellar-prueba', { prueba: sinSello });
  if (!answer.ok) throw unavailable('Sin autorizador no se puede sellar la prueba; inténtelo de nuevo');
  // 413: hundreds of changes and a drawing of the largest size at once.
  if (answer.status === 409 || answer.status === 413) throw conflict(String(answer.body['detail']));
  const parsed = sellarPruebaResponse.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success)
    throw unavailable('autorizador no selló la prueba; inténtelo de nuevo', 5, parsed.error);
  return parsed.data.prueba;
}
