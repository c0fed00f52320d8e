import { openDB } from 'idb';
import { addBrowserStorage } from '../../../testing/browser-storage';
import type { ConfirmacionGuardada } from '../confirmaciones/confirmacion-guardada';
import { base } from './base';
import { filasDe, removeForAll, removeUser } from './filas';
import { takeOverEarlier } from './take-over';

const borradores = filasDe<{ nombre: string }>('borrador');
const entregas = filasDe<{ nombre: string }>('entrega');
const ANA = { nombre: 'Ana Pérez' };

beforeAll(addBrowserStorage);
afterEach(() => Promise.all([removeUser(1), removeUser(2)]));

/** What the database has, as text. */
async function stored(): Promise<string> {
  const filas = await (await base()).getAll('fila');
  return filas.map(({ cifrado }) => new TextDecoder().decode(cifrado)).join('\n');
}

test('when a row is kept, then it is read again, and nothing of it can be read in the database', async () => {
  await borradores.put(1, 7, ANA);
  expect(await borradores.get(1, 7)).toEqual(ANA);
  expect(await borradores.list(1)).toEqual([ANA]);
  expect(await stored()).not.toContain('Ana');
});

test('when the key is asked for, then it does not leave the browser', async () => {
  await borradores.put(1, 7, ANA);
  const key = (await (await base()).get('clave', 1))!;
  expect(key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow(/extractable/);
});

test.each([
  ['another user', { usuario_id: 2 }],
  ['another kind', { clase: 'entrega' }],
  ['another id', { id: 8 }],
] as const)('when a row is put in the place of %s, then it is not read', async (_, place) => {
  await borradores.put(1, 7, ANA);
  await borradores.put(2, 1, ANA);
  const fila = (await (await base()).get('fila', [1, 'borrador', 7]))!;
  const { usuario_id, clase, id } = { ...fila, ...place };
  await (await base()).put('fila', { ...fila, usuario_id, clase, id });
  expect(await (clase === 'entrega' ? entregas : borradores).get(usuario_id, id)).toBeUndefined();
});

test('when the session ends, then deliveries of all users go, and drafts stay', async () => {
  await entregas.put(1, 7, ANA);
  await entregas.put(2, 8, ANA);
  await borradores.put(1, 7, ANA);
  await removeForAll('entrega');
  expect([await entregas.list(1), await entregas.list(2), await borradores.list(1)]).toEqual([[], [], [ANA]]);
});

test('when a user leaves nothing, then the key goes as well', async () => {
  await borradores.put(1, 7, ANA);
  await removeUser(1);
  expect(await (await base()).get('clave', 1)).toBeUndefined();
  expect(await borradores.list(1)).toEqual([]);
});

test('when an earlier version kept confirmations in the clear, then they are encrypted, and gone from there', async () => {
  const earlier = await openDB('medisupply', 1, {
    upgrade: (db) => db.createObjectStore('confirmacion', { keyPath: ['usuario_id', 'entrega_id'] }),
  });
  const kept = { usuario_id: 1, entrega_id: 7, estado: 'rechazada', pedido_id: 'P-1' };
  await earlier.put('confirmacion', kept);
  // As a page of that version that is still open.
  await takeOverEarlier();
  expect(await earlier.getAll('confirmacion')).toEqual([]);
  earlier.close();
  expect(await filasDe<ConfirmacionGuardada>('confirmacion').list(1)).toEqual([{ ...kept, pulsada: 0 }]);
});
