import { callerName } from '../http/caller.ts';
import type { Caller } from '../http/caller.ts';
import type { Rol } from './vocabulary.ts';

/** What a role sees without a reason. */
const VE_TODO: Readonly<Record<Rol, { entregas: boolean; tareas: boolean }>> = {
  usuario: { entregas: false, tareas: false },
  System: { entregas: false, tareas: true },
  Admin: { entregas: true, tareas: true },
};

/** With whom a delivery is shared. */
export interface Viewers {
  creador_id: number | null;
  asignada_a: number | null;
  confirmada_por: number | null;
}

/**
 * The reasons to see a delivery, and so to be able to confirm it: its creator, its assignee, whoever confirmed it, and
 * anybody while it is unassigned and nobody has confirmed it. Each says what its columns hold: the user, or nothing.
 * The only place of this rule: what follows asks it of a row, the repositories of an index.
 */
export const RAZONES: readonly Readonly<Partial<Record<keyof Viewers, 'usuario' | null>>>[] = [
  { creador_id: 'usuario' },
  { asignada_a: 'usuario' },
  { confirmada_por: 'usuario' },
  { asignada_a: null, confirmada_por: null },
];

export const puedeVer = (entrega: Viewers, usuarioId: number): boolean =>
  RAZONES.some((razon) =>
    Object.entries(razon).every(
      ([column, value]) => entrega[column as keyof Viewers] === (value === null ? null : usuarioId),
    ),
  );

export const veTodasLasEntregas = (caller: Caller): boolean =>
  caller.kind === 'user' && caller.roles.some((rol) => VE_TODO[rol].entregas);

export const puedeVerEntrega = (entrega: Viewers, caller: Caller): boolean =>
  veTodasLasEntregas(caller) || (caller.kind === 'user' && puedeVer(entrega, caller.usuario_id));

/** Who does not see every task sees the own ones, and those of the deliveries that they may see. */
export const puedeVerTarea = (
  tarea: { creada_por: string },
  viewers: Viewers | null,
  caller: Caller,
): boolean =>
  veTodasLasTareas(caller) ||
  tarea.creada_por === callerName(caller) ||
  (viewers !== null && puedeVerEntrega(viewers, caller));

/** The same rule for something that happened to a task, to a delivery, or to both. */
export const puedeVerEvento = (
  evento: { creada_por: string | null; viewers: Viewers | null },
  caller: Caller,
): boolean =>
  evento.creada_por === null
    ? veTodasLasTareas(caller) || (evento.viewers !== null && puedeVerEntrega(evento.viewers, caller))
    : puedeVerTarea({ creada_por: evento.creada_por }, evento.viewers, caller);

/** Service keys do. */
export const veTodasLasTareas = (caller: Caller): boolean =>
  caller.kind === 'service' || caller.roles.some((rol) => VE_TODO[rol].tareas);
