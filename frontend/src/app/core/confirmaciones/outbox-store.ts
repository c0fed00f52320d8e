import type { DBSchema, IDBPDatabase } from 'idb';
import { openDB } from 'idb';
import type { ConfirmacionGuardada } from './confirmacion-guardada';

interface Schema extends DBSchema {
  confirmacion: {
    key: [usuario_id: number, entrega_id: number];
    value: ConfirmacionGuardada;
    indexes: { usuario: number };
  };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

/**
 * What this browser keeps until the server has it: one confirmation per user and delivery. Names, addresses and drawn
 * signatures are in it, so a row goes as soon as it is answered, and all of a user's when they log out.
 */
export const outboxStore = {
  async put(confirmacion: ConfirmacionGuardada): Promise<void> {
    await (await database()).put('confirmacion', confirmacion);
  },
  async remove({ usuario_id, entrega_id }: ConfirmacionGuardada): Promise<void> {
    await (await database()).delete('confirmacion', [usuario_id, entrega_id]);
  },
  async listOf(usuarioId: number): Promise<ConfirmacionGuardada[]> {
    return (await database()).getAllFromIndex('confirmacion', 'usuario', usuarioId);
  },
  async removeAllOf(usuarioId: number): Promise<void> {
    const everyDelivery = IDBKeyRange.bound([usuarioId], [usuarioId, []]);
    await (await database()).delete('confirmacion', everyDelivery);
  },
};

function database(): Promise<IDBPDatabase<Schema>> {
  if (opened) return opened;
  opened = openDB<Schema>('medisupply', 1, {
    upgrade(db) {
      db.createObjectStore('confirmacion', { keyPath: ['usuario_id', 'entrega_id'] }).createIndex(
        'usuario',
        'usuario_id',
      );
    },
    // Browsers end connections of pages in the background.
    terminated: forget,
  });
  opened.catch(forget);
  return opened;
}

/** The next attempt opens the database anew. */
function forget(): void {
  opened = undefined;
}
