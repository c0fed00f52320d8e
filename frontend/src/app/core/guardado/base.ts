import type { DBSchema, IDBPDatabase } from 'idb';
import { openDB } from 'idb';
import { BASE } from './has-base';

/** What rows are about; part of what their encryption is bound to. */
export type Clase = 'borrador' | 'confirmacion' | 'entrega' | 'usuario';

/** The numbers are in the clear; all else is encrypted. */
export interface Fila {
  usuario_id: number;
  clase: Clase;
  id: number;
  iv: Uint8Array<ArrayBuffer>;
  cifrado: ArrayBuffer;
}

interface Esquema extends DBSchema {
  fila: { key: [usuario_id: number, clase: Clase, id: number]; value: Fila };
  /** Of each user: it cannot be exported, only used by the pages of this origin. */
  clave: { key: number; value: CryptoKey };
  sesion: { key: 'ultima'; value: { usuario_id: number; hasta: number } };
}

let opened: Promise<IDBPDatabase<Esquema>> | undefined;

/** What this browser keeps for its users. Another one than that of older versions, so that a page of theirs blocks nothing. */
export function base(): Promise<IDBPDatabase<Esquema>> {
  if (opened) return opened;
  opened = openDB<Esquema>(BASE, 1, {
    upgrade(db) {
      db.createObjectStore('fila', { keyPath: ['usuario_id', 'clase', 'id'] });
      db.createObjectStore('clave');
      db.createObjectStore('sesion');
    },
    // A page of a later version wants to change the database.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      forget();
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
