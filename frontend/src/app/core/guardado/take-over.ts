import { openDB } from 'idb';
import type { ConfirmacionGuardada } from '../confirmaciones/confirmacion-guardada';
import { filasDe } from './filas';

/** Where earlier versions kept confirmations, as they were typed. */
const EARLIER = 'medisupply';
const confirmaciones = filasDe<ConfirmacionGuardada>('confirmacion');

/**
 * Encrypts what an earlier version has left in the clear, and deletes it there. A page of that version may still be
 * open and keep more: it is taken over the next time.
 */
export async function takeOverEarlier(): Promise<void> {
  const databases = await indexedDB.databases();
  if (!databases.some(({ name }) => name === EARLIER)) return;
  const earlier = await openDB(EARLIER);
  try {
    if (!earlier.objectStoreNames.contains('confirmacion')) return;
    for (const guardada of (await earlier.getAll('confirmacion')) as ConfirmacionGuardada[]) {
      const { usuario_id, entrega_id } = guardada;
      // Those that were refused had no time.
      await confirmaciones.put(usuario_id, entrega_id, Object.assign({ pulsada: 0 }, guardada));
      await earlier.delete('confirmacion', [usuario_id, entrega_id]);
    }
  } finally {
    earlier.close();
  }
}
