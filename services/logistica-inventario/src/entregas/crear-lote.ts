import { crearEntregaBody } from '@medisupply/shared/contracts/logistica/entregas';
import type { CrearLote, LoteCreado } from '@medisupply/shared/contracts/logistica/lote';
import { problemType } from '@medisupply/shared/contracts/vocabulary';
import { AppError, badRequest } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { fieldErrors } from '@medisupply/shared/http/field-errors';
import type { Container } from '../container.ts';
import { crearEntrega } from './crear-entrega.ts';
import { findOwn } from './entregas.repository.ts';

type Resultado = LoteCreado['resultados'][number];

/**
 * Creates each delivery that can be created and says what happened to each. Every row is a unit of work of its own, so
 * that one that is refused undoes nothing of the others; units that are written at once share their commit.
 */
export async function crearLote(
  container: Container,
  { entregas, repetir = false }: CrearLote,
  caller: UserCaller,
): Promise<LoteCreado> {
  const resultados = await Promise.all(
    entregas.map((entrega, fila) => crearFila(container, { entrega, fila, repetir }, caller)),
  );
  const repetidas = resultados.filter((resultado) => 'repetida' in resultado).length;
  const rechazadas = resultados.filter((resultado) => 'error' in resultado).length;
  return { resultados, creadas: resultados.length - repetidas - rechazadas, repetidas, rechazadas };
}

async function crearFila(
  container: Container,
  { entrega, fila, repetir }: { entrega: unknown; fila: number; repetir: boolean },
  caller: UserCaller,
): Promise<Resultado> {
  try {
    const { success, data, error } = crearEntregaBody.safeParse(entrega);
    if (!success) throw badRequest('La fila no es válida', { errors: fieldErrors('body', error) });
    return await container.database.unitOfWork.write(async (tx): Promise<Resultado> => {
      const before = repetir ? undefined : await findOwn(tx, data.pedido_id, caller.usuario_id);
      if (before !== undefined) return { fila, id: before, repetida: true };
      return { fila, id: (await crearEntrega(tx, container, data, caller)).id };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const { code, status, message, errors } = error;
    return {
      fila,
      error: {
        type: problemType(code),
        status,
        detail: message,
        ...(errors ? { errors: [...errors] } : {}),
      },
    };
  }
}
