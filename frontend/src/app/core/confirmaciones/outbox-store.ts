import { filasDe } from '../guardado/filas';
import { takeOverEarlier } from '../guardado/take-over';
import type { ConfirmacionGuardada } from './confirmacion-guardada';

const filas = filasDe<ConfirmacionGuardada>('confirmacion');
let takenOver: Promise<void> | undefined;

/**
 * What this browser keeps until the server has it: one confirmation per user and delivery, encrypted. A row goes as
 * soon as it is answered, and when its user discards it.
 */
export const outboxStore = {
  async put(confirmacion: ConfirmacionGuardada): Promise<void> {
    await filas.put(confirmacion.usuario_id, confirmacion.entrega_id, confirmacion);
  },
  async remove({ usuario_id, entrega_id }: ConfirmacionGuardada): Promise<void> {
    await filas.remove(usuario_id, entrega_id);
  },
  /** In the order in which they were confirmed. */
  async listOf(usuarioId: number): Promise<ConfirmacionGuardada[]> {
    takenOver ??= takeOverEarlier();
    takenOver.catch(() => (takenOver = undefined));
    await takenOver;
    return (await filas.list(usuarioId)).toSorted((one, other) => one.pulsada - other.pulsada);
  },
  async removeAllOf(usuarioId: number): Promise<void> {
    await filas.removeAll(usuarioId);
  },
};
