import { callerName, isAdmin } from '../http/caller.ts';
import type { Caller } from '../http/caller.ts';

/** With whom a delivery is shared. */
export interface Viewers {
  creador_id: number | null;
  asignada_a: number | null;
  confirmada_por: number | null;
}

/**
 * Who may see a delivery, and so may confirm it: an Admin, its creator, its assignee, whoever confirmed it, and anybody
 * while it is unassigned and nobody has confirmed it. The repositories' filters say the same in SQL.
 */
export function puedeVer(entrega: Viewers, usuarioId: number): boolean {
  return (
    entrega.creador_id === usuarioId ||
    entrega.asignada_a === usuarioId ||
    entrega.confirmada_por === usuarioId ||
    (entrega.asignada_a === null && entrega.confirmada_por === null)
  );
}

export const puedeVerEntrega = (entrega: Viewers, caller: Caller): boolean =>
  isAdmin(caller) || (caller.kind === 'user' && puedeVer(entrega, caller.usuario_id));

/** Admin, System and service keys see every task; others their own, and those of the deliveries that they may see. */
export const puedeVerTarea = (
  tarea: { creada_por: string },
  viewers: Viewers | null,
  caller: Caller,
): boolean =>
  veTodo(caller) ||
  tarea.creada_por === callerName(caller) ||
  (viewers !== null && puedeVerEntrega(viewers, caller));

/** The same rule for something that happened to a task, to a delivery, or to both. */
export const puedeVerEvento = (
  evento: { creada_por: string | null; viewers: Viewers | null },
  caller: Caller,
): boolean =>
  evento.creada_por === null
    ? veTodo(caller) || (evento.viewers !== null && puedeVerEntrega(evento.viewers, caller))
    : puedeVerTarea({ creada_por: evento.creada_por }, evento.viewers, caller);

const veTodo = (caller: Caller): boolean =>
  caller.kind === 'service' || caller.roles.includes('Admin') || caller.roles.includes('System');
