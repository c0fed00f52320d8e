import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { AutorizadorTables } from '../tables.ts';

/** Takes sample users out, with their sessions. It is for these alone: whoever signed a delivery stays known. */
export async function borrarMuestra(tx: Tx<AutorizadorTables>, usuarios: readonly number[]): Promise<void> {
  await tx.deleteFrom('sesion').where('usuario_id', 'in', usuarios).execute();
  await tx.deleteFrom('usuario').where('id', 'in', usuarios).execute();
}
