import { defineHandler } from '@medisupply/shared/queueing/handler';
import { invariantes } from '@medisupply/shared/tasks/logistica';
import {
  contradictions,
  lastEntregaId,
  productFigures,
  productIds,
} from '../invariantes/invariantes.repository.ts';
import { overIdRanges } from '../reportes/id-ranges.ts';
import type { LogisticaTaskContext } from './context.ts';

const ENTREGAS_PER_STEP = 2_000;
const MAX_SHOWN = 100;

/**
 * One ENTREGADA = one row of history = one applied confirmation = one debit per item; stock = sum of its movements;
 * reserved = sum of what open deliveries hold, and a cancelled one holds nothing. What contradicts is logged as an error, for the alert, and returned.
 */
export default defineHandler(invariantes, async (_params, run, { database }: LogisticaTaskContext) => {
  const { read } = database;
  const problems: string[] = [];
  const last = await lastEntregaId(read);
  await overIdRanges(
    { from: 1, to: last, size: ENTREGAS_PER_STEP, signal: run.signal },
    async (first, end) => {
      for (const { id, motivo } of await contradictions(read, first, end))
        problems.push(`entrega ${id}: ${motivo}`);
    },
  );
  const products = await productIds(read);
  for (const id of products) {
    run.signal.throwIfAborted();
    const figures = await productFigures(read, id);
    if (!figures) continue;
    const { sku, stock, reservado, movimientos, reservas } = figures;
    if (stock !== movimientos) problems.push(`producto ${sku}: stock ${stock}, movimientos ${movimientos}`);
    if (reservado !== reservas)
      problems.push(`producto ${sku}: reservado ${reservado}, reservas ${reservas}`);
  }
  if (problems.length > 0) {
    run.logger.error(
      { problemas: problems.slice(0, MAX_SHOWN), total: problems.length },
      'invariantes rotos',
    );
  }
  return {
    correcto: problems.length === 0,
    entregas: last,
    productos: products.length,
    problemas: problems.slice(0, MAX_SHOWN),
  };
});
