import type { Caller } from '@medisupply/shared/http/caller';
import { callerName, isAdmin } from '@medisupply/shared/http/caller';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { Container } from '../container.ts';
import { reservar } from '../inventario/existencias.ts';
import type { LogisticaTables } from '../tables.ts';
import { cifrar } from './campos-personales.ts';
import { toEntregaGuardada } from './entrega.presenter.ts';
import { insertEntrega, insertHistorial } from './entregas.repository.ts';
import type { CrearEntrega, EntregaGuardada } from '@medisupply/shared/contracts/logistica/entregas';

/** Creates a delivery, its first row of history and its event, and reserves what it carries. */
export async function crearEntrega(
  tx: Tx<LogisticaTables>,
  { cipher, config }: Pick<Container, 'cipher' | 'config'>,
  input: CrearEntrega,
  caller: Caller,
): Promise<EntregaGuardada> {
  const now = Date.now();
  const actor = callerName(caller);
  const { direccion, destinatario = null } = input;
  const row = await insertEntrega(
    tx,
    {
      pedido_id: input.pedido_id,
      estado: input.estado,
      asignada_a: input.asignada_a ?? null,
      creada_por: actor,
      creador_id: caller.kind === 'user' ? caller.usuario_id : null,
      creada: now,
    },
    (id) => cifrar(cipher, id, { direccion, destinatario }),
  );
  await insertHistorial(tx, { id: row.id, estado: row.estado, anterior: null, momento: now, actor });
  const asignada = row.asignada_a === null ? {} : { asignada_a: row.asignada_a };
  await insertEventos(tx, [
    { tipo: 'creada', momento: now, entrega_id: row.id, datos: { estado: row.estado, ...asignada } },
  ]);
  const isBounded = caller.kind === 'user' && !isAdmin(caller);
  await reservar(tx, row, input.items ?? [], {
    now,
    maxPorUsuario: isBounded ? config.USER_MAX_RESERVED : Infinity,
  });
  return toEntregaGuardada(row);
}
