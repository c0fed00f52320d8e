import { isAdmin } from '@medisupply/shared/http/caller';
import type { Caller } from '@medisupply/shared/http/caller';

interface Viewed {
  creador_id: number | null;
  asignada_a: number | null;
  confirmada_por: number | null;
}

/**
 * Who may see a delivery, and so may confirm it: an Admin, its creator, its assignee, whoever confirmed it, and anybody
 * while it is unassigned and nobody has confirmed it. The repositories' filters say the same in SQL.
 */
export function puedeVer(entrega: Viewed, usuarioId: number): boolean {
  return (
    entrega.creador_id === usuarioId ||
    entrega.asignada_a === usuarioId ||
    entrega.confirmada_por === usuarioId ||
    (entrega.asignada_a === null && entrega.confirmada_por === null)
  );
}

export const puedeVerEntrega = (entrega: Viewed, caller: Caller): boolean =>
  isAdmin(caller) || (caller.kind === 'user' && puedeVer(entrega, caller.usuario_id));
