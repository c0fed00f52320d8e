import type { ProductoConMovimientos } from './existencias';
import { conSaldo, nivelOf } from './existencias';

test.each([
  [0, 0, 'agotado'],
  [5, 5, 'bajo'],
  [4, 5, 'bajo'],
  [6, 5, 'suficiente'],
  [1, 0, 'suficiente'],
] as const)(
  'when %i are available and %i is the minimum, then stock is «%s»',
  (disponible, minimo, nivel) => {
    expect(nivelOf({ disponible, minimo })).toBe(nivel);
  },
);

test('when the ledger is read, then each movement has the stock after it', () => {
  const movimientos = [-3, 10, 5].map((cantidad) => ({ cantidad }));
  const producto = { stock: 12, movimientos } as ProductoConMovimientos;
  expect(conSaldo(producto).map(({ saldo }) => saldo)).toEqual([12, 15, 5]);
});
