import { computed, inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { AutorizadorApi } from '../api/autorizador-api';
import { hasBase } from '../guardado/has-base';
import type { Usuario } from './access-token';
import { usuarioOf } from './access-token';
import { sessionHint } from './session-hint';

/** The token is renewed this long before it expires (ms). */
const RENEW_BEFORE = 60_000;
/** The next attempt after a failure that is no refusal (ms). */
const TRY_AGAIN_AFTER = 15_000;
/** Whoever opens the app waits so long for the server before it opens without it (ms). */
const PATIENCE = 3_000;
/** One tab at a time exchanges the cookie: the second of two would present a used one, which closes the session. */
const LOCK = 'medisupply.sesion';
const CHANNEL = 'medisupply.sesion';

interface Acceso {
  token: string;
  usuario: Usuario;
}

/** A one-time password was right: it lets its user choose another one, and nothing else. */
export interface PorCambiar {
  nombre: string;
  contrasena: string;
  token: string;
}

/** `sin-respuesta`: the server has not answered whether the session of this browser is still valid. */
export type Restauracion = 'pendiente' | 'lista' | 'sin-respuesta';

/**
 * Who is signed in. The access token lives in memory only; what survives a reload is the HttpOnly refresh cookie, which
 * is exchanged at start, a minute before the token expires, and once after a 401. Without an answer at start it opens
 * for who was signed in last, with what this browser keeps for them.
 */
@Injectable({ providedIn: 'root' })
export class Sesion {
  readonly #api = inject(AutorizadorApi);
  readonly #router = inject(Router);
  readonly #acceso = signal<Acceso | undefined>(undefined);
  readonly #sinRed = signal<Usuario | undefined>(undefined);
  readonly #porCambiar = signal<PorCambiar | undefined>(undefined);
  readonly #restauracion = signal<Restauracion>('pendiente');
  readonly #otherTabs = new BroadcastChannel(CHANNEL);
  #renewing: Promise<boolean> | undefined;
  #kept = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly usuario = computed(() => this.#acceso()?.usuario ?? this.#sinRed());
  readonly isSignedIn = computed(() => this.usuario() !== undefined);
  /** Opened without the server: there is no token until it answers. */
  readonly isOffline = computed(() => this.#acceso() === undefined && this.#sinRed() !== undefined);
  readonly porCambiar = this.#porCambiar.asReadonly();
  readonly restauracion = this.#restauracion.asReadonly();

  constructor() {
    this.#otherTabs.onmessage = () => void this.#forget('cerrada');
    addEventListener('online', () => {
      if (this.isOffline()) this.#renewIn(0);
    });
  }

  /** For the interceptor and the event stream only. */
  get token(): string | undefined {
    return (this.#acceso() ?? this.#porCambiar())?.token;
  }

  hasRole(...roles: Rol[]): boolean {
    return this.usuario()?.roles.some((rol) => roles.includes(rol)) ?? false;
  }

  /**
   * Signs in; after a one-time password there is only `porCambiar`.
   * @throws ApiError 401 unknown user or bad password, 403 not approved yet, 429
   */
  async iniciar(nombre: string, contrasena: string): Promise<void> {
    const { data } = await this.#api.call('POST /login', { body: { nombre, contrasena } });
    if (data.cambiar_contrasena) this.#porCambiar.set({ nombre, contrasena, token: data.token });
    else this.#accept(data);
  }

  /** Signs up and signs in: only a login gets the cookie. False when an Admin has to approve first. @throws ApiError 400, 429 */
  async registrar(nombre: string, contrasena: string): Promise<boolean> {
    const { data } = await this.#api.call('POST /signup', { body: { nombre, contrasena } });
    if (data.token === undefined) return false;
    await this.iniciar(nombre, contrasena);
    return true;
  }

  /** All other sessions end. @throws ApiError 400, 403 wrong old password, 429 */
  async cambiarContrasena(actual: string, nueva: string): Promise<void> {
    // The cookie of this browser is replaced: no other tab must exchange the old one meanwhile.
    const { data } = await navigator.locks.request(LOCK, () =>
      this.#api.call('POST /contrasena', { body: { actual, nueva } }),
    );
    this.#accept(data);
  }

  /** Takes up the session of an earlier page. Never throws: `restauracion` says how it went. */
  async restaurar(): Promise<void> {
    const answer = sessionHint.isSet() ? this.#hasAnswer() : undefined;
    const last = await lastUser();
    if (!answer && !last) {
      this.#restauracion.set('lista');
      return;
    }
    // The hint may be lost when a browser is killed.
    await this.#restaurar(answer ?? this.#hasAnswer(), last);
  }

  async #restaurar(answer: Promise<boolean>, last: Usuario | undefined): Promise<void> {
    const answered = navigator.onLine && (await withinPatience(answer));
    if (!answered && last) return this.#openWithoutServer(last);
    this.#restauracion.set((await answer) ? 'lista' : 'sin-respuesta');
  }

  /**
   * A new access token; false when the session is over, which also leads to the login page. Callers at the same time
   * share one exchange.
   * @throws ApiError when the server did not decide (no connection, 5xx)
   */
  renovar(): Promise<boolean> {
    return this.#renovarOnce();
  }

  /** @throws ApiError when the server did not close it: the session then goes on */
  async cerrar(options: { todas: boolean }): Promise<void> {
    try {
      await navigator.locks.request(LOCK, () =>
        this.#api.call('POST /logout', { body: options.todas ? { todas: true } : {} }),
      );
    } catch (error) {
      // 401: it was over already.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    this.#otherTabs.postMessage('cerrada');
    await this.#forget('cerrada');
  }

  #hasAnswer(): Promise<boolean> {
    return this.#renovarOnce().then(
      () => true,
      () => false,
    );
  }

  #openWithoutServer(usuario: Usuario): void {
    this.#sinRed.set(usuario);
    this.#renewIn(TRY_AGAIN_AFTER);
    this.#restauracion.set('lista');
  }

  #renovarOnce(): Promise<boolean> {
    this.#renewing ??= this.#exchange().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #exchange(): Promise<boolean> {
    try {
      const { data } = await navigator.locks.request(LOCK, () =>
        this.#api.call('POST /token/refresh', { body: {} }),
      );
      this.#accept(data);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      const wasSignedIn = this.isSignedIn();
      await this.#clear();
      if (wasSignedIn) this.#goToLogin('terminada');
      return false;
    }
  }

  #accept({ token, expira_en }: { token: string; expira_en: number }): void {
    const usuario = usuarioOf(token);
    this.#acceso.set({ token, usuario });
    this.#sinRed.set(undefined);
    this.#porCambiar.set(undefined);
    this.#restauracion.set('lista');
    sessionHint.set();
    // Without it the app opens with a network only.
    this.#kept = store()
      .then(({ guardar }) => guardar(usuario))
      .catch(() => undefined);
    this.#renewIn(Math.max(expira_en * 1_000 - RENEW_BEFORE, TRY_AGAIN_AFTER));
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.renovar().catch(() => this.#renewIn(TRY_AGAIN_AFTER));
    }, ms);
  }

  async #forget(motivo: 'cerrada'): Promise<void> {
    const cleared = this.#clear();
    this.#goToLogin(motivo);
    await cleared;
  }

  async #clear(): Promise<void> {
    clearTimeout(this.#timer);
    sessionHint.clear();
    this.#acceso.set(undefined);
    this.#sinRed.set(undefined);
    await this.#kept;
    await store()
      .then(({ olvidar }) => olvidar())
      .catch(() => undefined);
  }

  #goToLogin(motivo: 'cerrada' | 'terminada'): void {
    const volver = this.#router.url;
    if (volver.startsWith('/acceso')) return;
    const queryParams = motivo === 'terminada' ? { motivo, volver } : { motivo };
    void this.#router.navigate(['/acceso/entrar'], { queryParams });
  }
}

/** Loaded when there is something to keep or to read: the login page is drawn before. */
const store = async () => (await import('./ultimo-usuario')).ultimoUsuario;

async function lastUser(): Promise<Usuario | undefined> {
  try {
    return (await hasBase()) ? await (await store()).leer() : undefined;
  } catch {
    // Storage may be forbidden.
    return undefined;
  }
}

async function withinPatience(answer: Promise<boolean>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatient = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE);
  });
  try {
    return await Promise.race([answer, impatient]);
  } finally {
    clearTimeout(timer);
  }
}
