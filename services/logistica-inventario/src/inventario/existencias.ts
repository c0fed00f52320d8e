/** What happens to stock: reserved with a delivery, debited when it is delivered, released when it is cancelled. */
import { badRequest, conflict } from '@medisupply/shared/http/app-error';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';
import {
  changeReserved,
  findProducto,
  insertItem,
  insertMovimiento,
  listItems,
  setItemsState,
  sumReserved,
} from './inventario.repository.ts';
import type { Item } from '@medisupply/shared/contracts/logistica/inventario';

/**
 * Reserves what a delivery carries. `maxPorUsuario`: how many units of one product the open deliveries of its creator may
 * hold, so that nobody keeps all stock to themselves.
 * @throws AppError 400 unknown product; 409 not enough of one, or too much of it with one user
 */
export async function reservar(
  tx: Tx<LogisticaTables>,
  entrega: { id: number; creador_id: number | null },
  items: readonly Item[],
  { now, maxPorUsuario }: { now: number; maxPorUsuario: number },
): Promise<void> {
  for (const [index, item] of items.entries()) {
    const producto = await findProducto(tx, item.producto_id);
    if (!producto) {
      throw badRequest(`No existe el producto ${item.producto_id}`, {
        errors: [{ path: `body.items.${index}.producto_id`, message: 'Producto desconocido' }],
      });
    }
    const disponible = producto.stock - producto.reservado;
    if (disponible < item.cantidad) {
      const message = `No hay existencias de ${producto.sku}: disponibles ${disponible}, pedidas ${item.cantidad}`;
      throw conflict(message, { errors: [{ path: `body.items.${index}.cantidad`, message }] });
    }
    const own = entrega.creador_id === null ? 0 : await sumReserved(tx, entrega.creador_id, item.producto_id);
    if (own + item.cantidad > maxPorUsuario) {
      const message = `Un usuario puede tener reservadas ${maxPorUsuario} unidades de ${producto.sku}; ya tiene ${own}`;
      throw conflict(message, { errors: [{ path: `body.items.${index}.cantidad`, message }] });
    }
    await changeReserved(tx, producto.id, item.cantidad, now);
    await insertItem(tx, { entrega_id: entrega.id, creador_id: entrega.creador_id, ...item });
  }
}

/** Debit and un-reserve in one; runs in the transaction that makes the delivery ENTREGADA. */
export async function debitar(
  tx: Tx<LogisticaTables>,
  entregaId: number,
  taskId: string,
  now: number,
): Promise<void> {
  const reserved = (await listItems(tx, entregaId)).filter((item) => item.estado === 'RESERVADO');
  for (const item of reserved) {
    // First the reservation: the stock never falls below what is reserved.
    await changeReserved(tx, item.producto_id, -item.cantidad, now);
    await insertMovimiento(tx, {
      producto_id: item.producto_id,
      cantidad: -item.cantidad,
      tipo: 'SALIDA',
      motivo: `Entrega ${entregaId}`,
      actor: 'worker',
      entrega_id: entregaId,
      task_id: taskId,
      momento: now,
    });
  }
  if (reserved.length > 0) await setItemsState(tx, entregaId, 'DEBITADO');
}

export async function liberar(tx: Tx<LogisticaTables>, entregaId: number, now: number): Promise<void> {
  const reserved = (await listItems(tx, entregaId)).filter((item) => item.estado === 'RESERVADO');
  for (const item of reserved) await changeReserved(tx, item.producto_id, -item.cantidad, now);
  if (reserved.length > 0) await setItemsState(tx, entregaId, 'LIBERADO');
}
