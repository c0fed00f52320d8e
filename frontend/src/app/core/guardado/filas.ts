import type { Clase, Fila } from './base';
import { base } from './base';

const ALGORITHM = 'AES-GCM';
const IV_BYTES = 12;

export interface Filas<T> {
  put(usuarioId: number, id: number, valor: T): Promise<void>;
  get(usuarioId: number, id: number): Promise<T | undefined>;
  list(usuarioId: number): Promise<T[]>;
  remove(usuarioId: number, id: number): Promise<void>;
  removeAll(usuarioId: number): Promise<void>;
}

/**
 * Rows of one kind, each encrypted with its user's key and bound to its place: copied to another user or id, it does
 * not decrypt. One that does not is as if it were not there.
 */
export const filasDe = <T>(clase: Clase): Filas<T> => ({
  async put(usuarioId, id, valor) {
    const fila = await seal({ usuario_id: usuarioId, clase, id }, valor);
    await (await base()).put('fila', fila);
  },
  async get(usuarioId, id) {
    const fila = await (await base()).get('fila', [usuarioId, clase, id]);
    return fila && open<T>(fila);
  },
  async list(usuarioId) {
    const filas = await (await base()).getAll('fila', everyId(usuarioId, clase));
    const valores = await Promise.all(filas.map((fila) => open<T>(fila)));
    return valores.filter((valor) => valor !== undefined);
  },
  async remove(usuarioId, id) {
    await (await base()).delete('fila', [usuarioId, clase, id]);
  },
  async removeAll(usuarioId) {
    await (await base()).delete('fila', everyId(usuarioId, clase));
  },
});

/** For every user: nobody is signed in any more, or somebody else is. */
export async function removeForAll(...clases: Clase[]): Promise<void> {
  const transaction = (await base()).transaction('fila', 'readwrite');
  for (const [usuarioId, clase, id] of await transaction.store.getAllKeys()) {
    if (clases.includes(clase)) await transaction.store.delete([usuarioId, clase, id]);
  }
  await transaction.done;
}

/** All of a user, and the key: what a copy of the disk may still hold can be read no more. */
export async function removeUser(usuarioId: number): Promise<void> {
  const transaction = (await base()).transaction(['fila', 'clave'], 'readwrite');
  await transaction.objectStore('fila').delete(IDBKeyRange.bound([usuarioId], [usuarioId, []]));
  await transaction.objectStore('clave').delete(usuarioId);
  await transaction.done;
}

const everyId = (usuarioId: number, clase: Clase) =>
  IDBKeyRange.bound([usuarioId, clase], [usuarioId, clase, []]);

const boundTo = ({ usuario_id, clase, id }: Omit<Fila, 'iv' | 'cifrado'>) =>
  new TextEncoder().encode(JSON.stringify([usuario_id, clase, id]));

async function seal(place: Omit<Fila, 'iv' | 'cifrado'>, valor: unknown): Promise<Fila> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const cifrado = await crypto.subtle.encrypt(
    { name: ALGORITHM, iv, additionalData: boundTo(place) },
    await keyOf(place.usuario_id),
    new TextEncoder().encode(JSON.stringify(valor)),
  );
  return { ...place, iv, cifrado };
}

async function open<T>(fila: Fila): Promise<T | undefined> {
  const key = await (await base()).get('clave', fila.usuario_id);
  if (!key) return undefined;
  try {
    const additionalData = boundTo(fila);
    const bytes = await crypto.subtle.decrypt(
      { name: ALGORITHM, iv: fila.iv, additionalData },
      key,
      fila.cifrado,
    );
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch (error) {
    if (error instanceof Error && error.name === 'OperationError') return undefined;
    throw error;
  }
}

/** Two tabs may make one at the same time: the first that is stored counts. */
async function keyOf(usuarioId: number): Promise<CryptoKey> {
  const kept = await (await base()).get('clave', usuarioId);
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const transaction = (await base()).transaction('clave', 'readwrite');
  const key = (await transaction.store.get(usuarioId)) ?? made;
  await transaction.store.put(key, usuarioId);
  await transaction.done;
  return key;
}
