import { defineHandler } from '@medisupply/shared/queueing/handler';
import { validarInventario } from '@medisupply/shared/tasks/logistica';
import { findProducto } from '../inventario/inventario.repository.ts';
import type { LogisticaTaskContext } from './context.ts';

/** Answers from the real stock; an unknown product is an answer (nothing available), not a failure. */
export default defineHandler(
  validarInventario,
  async ({ producto_id, cantidad }, _run, context: LogisticaTaskContext) => {
    const producto = await findProducto(context.database.read, producto_id);
    const stock_disponible = producto ? producto.stock - producto.reservado : 0;
    return {
      producto_id,
      cantidad_solicitada: cantidad,
      stock_disponible,
      disponible: producto !== undefined && stock_disponible >= cantidad,
    };
  },
);
