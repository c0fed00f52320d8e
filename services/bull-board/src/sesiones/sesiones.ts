import { randomBytes } from 'node:crypto';
import { stringifySetCookie } from 'cookie';
import type { UserCaller } from '@medisupply/shared/http/caller';

export interface Sesion {
  usuario_id: number;
  nombre: string;
  token_version: number;
  /** ms UTC */
  expira: number;
}

/**
 * Who is logged in to this board. A session lives in this process only, and in the browser as a cookie with its random id: a
 * restart logs everybody out, and nothing that is stored anywhere else opens the board.
 */
export interface Sesiones {
  /** @returns the value of the cookie */
  abrir(caller: UserCaller): string;
  /** Takes the `Cookie` header as it came; undefined without a live session. */
  buscar(cookieHeader: string | undefined): Sesion | undefined;
  cerrar(cookieHeader: string | undefined): void;
  close(): void;
}

export interface SesionesOptions {
  isRevoked: (usuarioId: number, tokenVersion: number) => boolean;
  now?: () => number;
  sweepMs?: number;
}

export const COOKIE_NAME = 'medisupply_board';
export const SESSION_LIFETIME_MS = 3_600_000;
const SWEEP_MS = 2_000;
/** The oldest session ends when there are more. */
const MAX_SESSIONS = 1_000;

export function createSesiones(options: SesionesOptions): Sesiones {
  const { isRevoked, now = Date.now, sweepMs = SWEEP_MS } = options;
  const sesiones = new Map<string, Sesion>();

  const isOver = (sesion: Sesion) =>
    now() >= sesion.expira || isRevoked(sesion.usuario_id, sesion.token_version);

  // Revocations are remembered for less time than a session lasts: a session must end when its revocation is seen,
  // whether or not somebody uses it meanwhile.
  const timer = setInterval(() => {
    for (const [id, sesion] of sesiones) if (isOver(sesion)) sesiones.delete(id);
  }, sweepMs).unref();

  return {
    abrir({ usuario_id, nombre, token_version }) {
      const id = randomBytes(32).toString('base64url');
      if (sesiones.size >= MAX_SESSIONS) sesiones.delete(sesiones.keys().next().value ?? '');
      sesiones.set(id, { usuario_id, nombre, token_version, expira: now() + SESSION_LIFETIME_MS });
      return id;
    },
    buscar(header) {
      const found = cookiesIn(header).flatMap((id) => sesiones.get(id) ?? []);
      return found.find((sesion) => !isOver(sesion));
    },
    cerrar(header) {
      for (const id of cookiesIn(header)) sesiones.delete(id);
    },
    close() {
      clearInterval(timer);
      sesiones.clear();
    },
  };
}

/** Other servers of the same host share its cookies, so there may be several of the name. */
function cookiesIn(header: string | undefined): string[] {
  if (!header) return [];
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${COOKIE_NAME}=`))
    .map((pair) => pair.slice(COOKIE_NAME.length + 1));
}

const setCookie = (value: string, maxAge: number, secure: boolean): string =>
  stringifySetCookie({
    name: COOKIE_NAME,
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure,
  });

export const sessionCookie = (value: string, secure: boolean): string =>
  setCookie(value, SESSION_LIFETIME_MS / 1_000, secure);

export const endedCookie = (secure: boolean): string => setCookie('', 0, secure);
