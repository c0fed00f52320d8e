import type { Kysely } from 'kysely';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { conflict, notFound } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import type { Page } from '@medisupply/shared/http/pagination';
import { decodeCursor, pageOf } from '@medisupply/shared/http/pagination';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';
import type { ProductoRow } from './inventario.repository.ts';
import {
  findProducto,
  insertMovimiento,
  insertProducto,
  listMovimientos,
  listProductos,
} from './inventario.repository.ts';
import type {
  Ajustar,
  CrearProducto,
  ListarProductos,
  Producto,
  ProductoConMovimientos,
} from '@medisupply/shared/contracts/logistica/inventario';

type Db = Kysely<LogisticaTables>;

/** @throws AppError 409 the SKU exists */
export async function crearProducto(
  tx: Tx<LogisticaTables>,
  input: CrearProducto,
  caller: UserCaller,
): Promise<Producto> {
  const momento = Date.now();
  const row = await insertProducto(tx, {
    sku: input.sku,
    nombre: input.nombre,
    minimo: input.minimo,
    creado: momento,
  });
  if (!row) throw conflict(`Ya existe un producto con el SKU ${input.sku}`);
  if (input.stock > 0) {
    await insertMovimiento(tx, {
      producto_id: row.id,
      cantidad: input.stock,
      tipo: 'ALTA',
      motivo: 'Existencias iniciales',
      actor: callerName(caller),
      entrega_id: null,
      task_id: null,
      momento,
    });
  }
  return toProducto({ ...row, stock: input.stock });
}

/** A row of the ledger; what is available never falls below zero. @throws AppError 404, 409 */
export async function ajustarProducto(
  tx: Tx<LogisticaTables>,
  id: number,
  input: Ajustar,
  caller: UserCaller,
): Promise<Producto> {
  const row = await findProducto(tx, id);
  if (!row) throw notFound('Producto no encontrado');
  const disponible = row.stock - row.reservado;
  if (disponible + input.cantidad < 0) {
    throw conflict(`El ajuste dejaría ${row.sku} en negativo: disponibles ${disponible}`);
  }
  const momento = Date.now();
  await insertMovimiento(tx, {
    producto_id: id,
    cantidad: input.cantidad,
    tipo: 'AJUSTE',
    motivo: input.motivo,
    actor: callerName(caller),
    entrega_id: null,
    task_id: null,
    momento,
  });
  return toProducto({ ...row, stock: row.stock + input.cantidad, actualizado: momento });
}

/** @throws AppError 404 */
export async function consultarProducto(db: Db, id: number): Promise<ProductoConMovimientos> {
  const row = await findProducto(db, id);
  if (!row) throw notFound('Producto no encontrado');
  const movimientos = await listMovimientos(db, id, 100);
  return {
    ...toProducto(row),
    movimientos: movimientos.map((movimiento) => ({ ...movimiento, momento: isoTime(movimiento.momento) })),
  };
}

export async function listarProductos(db: Db, query: ListarProductos): Promise<Page<Producto>> {
  const limit = query.limite ?? 50;
  const rows = await listProductos(db, {
    before: decodeCursor(query.cursor),
    buscar: query.buscar,
    limit: limit + 1,
  });
  return pageOf(rows, limit, (row) => row.id, toProducto);
}

const toProducto = (row: ProductoRow): Producto => ({
  id: row.id,
  sku: row.sku,
  nombre: row.nombre,
  stock: row.stock,
  reservado: row.reservado,
  disponible: row.stock - row.reservado,
  minimo: row.minimo,
  bajo_minimo: row.stock - row.reservado < row.minimo,
  creado: isoTime(row.creado),
  actualizado: isoTime(row.actualizado),
});
