import { callerName, isAdmin } from '../http/caller.ts';
import type { Caller, UserCaller } from '../http/caller.ts';
import type { EventoTipo, Rol } from './vocabulary.ts';

/** What a role sees without a reason. */
const SIN_RAZON: Readonly<Record<Rol, { entregas: boolean; tareas: boolean }>> = {
  usuario: { entregas: false, tareas: false },
  Mensajero: { entregas: false, tareas: false },
  Despacho: { entregas: true, tareas: false },
  System: { entregas: false, tareas: true },
  Admin: { entregas: true, tareas: true },
};

/** With whom a delivery is shared. */
export interface Viewers {
  creador_id: number | null;
  asignada_a: number | null;
  confirmada_por: number | null;
}

/** Who looks. */
export type Viewer = Pick<UserCaller, 'usuario_id' | 'roles'>;

/** `reservada`: that it is there, without personal data. */
export type Vista = 'completa' | 'reservada';

export interface Razon {
  /** What the delivery's columns hold: the user, or nothing. */
  columnas: Readonly<Partial<Record<keyof Viewers, 'usuario' | null>>>;
  vista: Vista;
  /** A reason for this role alone. */
  rol?: Rol;
}

/**
 * The reasons to see a delivery: its creator, its assignee and whoever confirmed it see it in clear; couriers see that
 * there is an unassigned one, and its address once they have claimed it. The only place of this rule: what follows asks
 * it of a row, the repositories of an index.
 */
const RAZONES: readonly Razon[] = [
  { columnas: { creador_id: 'usuario' }, vista: 'completa' },
  { columnas: { asignada_a: 'usuario' }, vista: 'completa' },
  { columnas: { confirmada_por: 'usuario' }, vista: 'completa' },
  { columnas: { asignada_a: null, confirmada_por: null }, vista: 'reservada', rol: 'Mensajero' },
];

/** Those that may apply to this user. */
export const razonesPara = ({ roles }: Viewer): readonly Razon[] =>
  RAZONES.filter(({ rol }) => rol === undefined || roles.includes(rol));

/** How much of a delivery a user sees; undefined: nothing. */
export function vistaDe(entrega: Viewers, caller: Caller): Vista | undefined {
  if (caller.kind !== 'user') return undefined;
  if (veTodasLasEntregas(caller)) return 'completa';
  const found = razonesPara(caller).filter(({ columnas }) =>
    Object.entries(columnas).every(
      ([column, value]) => entrega[column as keyof Viewers] === (value === null ? null : caller.usuario_id),
    ),
  );
  return found.some(({ vista }) => vista === 'completa') ? 'completa' : found[0]?.vista;
}

/** Whoever has to do with it, and an Admin; a dispatcher and a courier who has not claimed it do not. */
export const puedeConfirmar = (
  { creador_id, asignada_a, confirmada_por }: Viewers,
  usuarioId: number,
  { admin }: { admin: boolean },
): boolean => admin || [creador_id, asignada_a, confirmada_por].includes(usuarioId);

export const veTodasLasEntregas = (caller: Caller): boolean =>
  caller.kind === 'user' && caller.roles.some((rol) => SIN_RAZON[rol].entregas);

export const puedeVerEntrega = (entrega: Viewers, caller: Caller): boolean =>
  vistaDe(entrega, caller) !== undefined;

/** Gives deliveries to couriers and takes them back. */
export const despacha = (caller: Caller): boolean =>
  isAdmin(caller) || (caller.kind === 'user' && caller.roles.includes('Despacho'));

/** Gives a link to it to somebody without an account; whoever only carries or confirmed it does not. */
export const puedeCompartir = (entrega: Viewers, caller: Caller): boolean =>
  despacha(caller) || (caller.kind === 'user' && entrega.creador_id === caller.usuario_id);

/** Who does not see every task sees the own ones, and those of the deliveries that they may see. */
export const puedeVerTarea = (
  tarea: { creada_por: string },
  viewers: Viewers | null,
  caller: Caller,
): boolean =>
  veTodasLasTareas(caller) ||
  tarea.creada_por === callerName(caller) ||
  (viewers !== null && puedeVerEntrega(viewers, caller));

/**
 * The same rule for something that happened to a task, to a delivery, or to both. That a delivery was claimed is told to
 * everybody who could have claimed it, `reservada`: not by whom.
 */
export function vistaDeEvento(
  { tipo, creada_por, viewers }: { tipo: EventoTipo; creada_por: string | null; viewers: Viewers | null },
  caller: Caller,
): Vista | undefined {
  const isSeen =
    creada_por === null
      ? veTodasLasTareas(caller) || (viewers !== null && puedeVerEntrega(viewers, caller))
      : puedeVerTarea({ creada_por }, viewers, caller);
  if (isSeen) return 'completa';
  return tipo === 'tomada' && viewers !== null
    ? vistaDe({ ...viewers, asignada_a: null }, caller)
    : undefined;
}

/** Service keys do. */
export const veTodasLasTareas = (caller: Caller): boolean =>
  caller.kind === 'service' || caller.roles.some((rol) => SIN_RAZON[rol].tareas);
