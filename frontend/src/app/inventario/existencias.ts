import type { LogisticaOperations } from '@medisupply/api-client/operations';
import type { Tone } from '../ui/chip';
import type { IconName } from '../ui/icons';

export type Producto = LogisticaOperations['GET /inventario']['answer'][number];
export type ProductoConMovimientos = LogisticaOperations['GET /inventario/:id']['answer'];
export type Movimiento = ProductoConMovimientos['movimientos'][number];

export type Nivel = 'agotado' | 'bajo' | 'suficiente';

/** Stock is low at the minimum itself, which is when to order. */
export function nivelOf({ disponible, minimo }: Pick<Producto, 'disponible' | 'minimo'>): Nivel {
  if (disponible <= 0) return 'agotado';
  return disponible <= minimo ? 'bajo' : 'suficiente';
}

export const NIVELES: Readonly<Record<Nivel, { tone: Tone; icon: IconName }>> = {
  agotado: { tone: 'bad', icon: 'circle-x' },
  bajo: { tone: 'wait', icon: 'triangle-alert' },
  suficiente: { tone: 'good', icon: 'circle-check' },
};

/** Movements, the latest first, each with the stock after it: stock is the sum of its ledger. */
export function conSaldo(producto: ProductoConMovimientos): (Movimiento & { saldo: number })[] {
  let saldo = producto.stock;
  return producto.movimientos.map((movimiento) => {
    const row = { ...movimiento, saldo };
    saldo -= movimiento.cantidad;
    return row;
  });
}
