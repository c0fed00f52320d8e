import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { UserCaller } from '@medisupply/shared/http/caller';

export interface Sesion {
  usuario_id: number;
  nombre: string;
  token_version: number;
  /** ms UTC */
  expira: number;
}

/**
 * Who is logged in to this board. A session lives in this process only, and in the browser as a signed cookie: a
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
  /** Signs the cookie. */
  key: string;
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
  const { key, isRevoked, now = Date.now, sweepMs = SWEEP_MS } = options;
  const sesiones = new Map<string, Sesion>();

  const isOver = (sesion: Sesion) =>
    now() >= sesion.expira || isRevoked(sesion.usuario_id, sesion.token_version);

  // Revocations are remembered for less time than a session lasts: a session must end when its revocation is seen,
  // whether or not somebody uses it meanwhile.
  const timer = setInterval(() => {
    for (const [id, sesion] of sesiones) if (isOver(sesion)) sesiones.delete(id);
  }, sweepMs).unref();

  const sign = (id: string) => createHmac('sha256', key).update(`sesion.${id}`).digest('base64url');

  function idOf(cookie: string): string | undefined {
    const [id, mac, ...rest] = cookie.split('.');
    if (!id || !mac || rest.length > 0) return undefined;
    const [given, expected] = [Buffer.from(mac), Buffer.from(sign(id))];
    return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined;
  }

  const idsIn = (header: string | undefined) => cookiesIn(header).flatMap((cookie) => idOf(cookie) ?? []);

  return {
    abrir({ usuario_id, nombre, token_version }) {
      const id = randomBytes(32).toString('base64url');
      if (sesiones.size >= MAX_SESSIONS) sesiones.delete(sesiones.keys().next().value ?? '');
      sesiones.set(id, { usuario_id, nombre, token_version, expira: now() + SESSION_LIFETIME_MS });
      return `${id}.${sign(id)}`;
    },
    buscar(header) {
      const found = idsIn(header).flatMap((id) => sesiones.get(id) ?? []);
      return found.find((sesion) => !isOver(sesion));
    },
    cerrar(header) {
      for (const id of idsIn(header)) sesiones.delete(id);
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

const attributes = (secure: boolean) => `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

export const sessionCookie = (value: string, secure: boolean): string =>
  `${COOKIE_NAME}=${value}; Max-Age=${SESSION_LIFETIME_MS / 1_000}; ${attributes(secure)}`;

export const endedCookie = (secure: boolean): string => `${COOKIE_NAME}=; Max-Age=0; ${attributes(secure)}`;
