import { DestroyRef, effect, inject, Injectable, signal } from '@angular/core';
import type { EventData } from '@medisupply/api-client/operations';
import { createParser } from 'eventsource-parser';
import { Sesion } from '../auth/sesion';

/** `apagado`: nobody listens. `cortado`: the next try is under way or waits. */
export type EstadoDeEventos = 'apagado' | 'conectando' | 'conectado' | 'cortado';
export type NombreDeEvento = keyof EventData;

const ADDRESS = '/api/v1/monitor/eventos';
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** The server sends a heartbeat every 15 s; a stream without anything for so long is stale (ms). */
const SILENCE = 45_000;

type Listener = (datos: never) => void;

/**
 * The live events of the platform, over one connection for the whole app, open while somebody listens. It reconnects by
 * itself and resumes where it was cut; `estado` says how it is.
 */
@Injectable({ providedIn: 'root' })
export class Eventos {
  readonly #sesion = inject(Sesion);
  readonly #listeners = new Map<NombreDeEvento, Set<Listener>>();
  readonly #wanted = signal(0);
  readonly #estado = signal<EstadoDeEventos>('apagado');
  #lastId: string | undefined;
  #seenUser: number | undefined;

  readonly estado = this.#estado.asReadonly();

  constructor() {
    effect((onCleanup) => {
      if (this.#wanted() === 0 || !this.#sesion.isSignedIn()) return this.#estado.set('apagado');
      this.#resumeOnlyForSameUser();
      const stop = new AbortController();
      onCleanup(() => stop.abort());
      void this.#follow(stop.signal);
    });
  }

  /**
   * Calls `listener` with each event of that name until the component (or whatever `destroyRef` belongs to) is gone.
   * After `hueco` events are missing: read the state again.
   */
  escuchar<N extends NombreDeEvento>(
    nombre: N,
    listener: (datos: EventData[N]) => void,
    destroyRef: DestroyRef = inject(DestroyRef),
  ): void {
    const listeners = this.#listeners.get(nombre) ?? new Set();
    this.#listeners.set(nombre, listeners.add(listener));
    this.#wanted.update((count) => count + 1);
    destroyRef.onDestroy(() => {
      listeners.delete(listener);
      this.#wanted.update((count) => count - 1);
    });
  }

  async #follow(stop: AbortSignal): Promise<void> {
    let failures = 0;
    this.#estado.set('conectando');
    while (!stop.aborted) {
      try {
        await this.#readOnce(stop, () => (failures = 0));
      } catch {
        // Shown by `estado`; whatever the reason, it connects again.
      }
      if (stop.aborted) return;
      this.#estado.set('cortado');
      const delay = Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
      failures += 1;
      await pause(delay * (0.5 + Math.random() / 2), stop);
    }
  }

  /** Ends when the stream does. */
  async #readOnce(stop: AbortSignal, connected: () => void): Promise<void> {
    const stale = new AbortController();
    let watchdog = setTimeout(() => stale.abort(), SILENCE);
    // Comes at once; the silence would be noticed much later.
    addEventListener('offline', () => stale.abort(), { signal: stale.signal });
    try {
      const { token } = this.#sesion;
      const response = await fetch(ADDRESS, {
        headers: {
          accept: 'text/event-stream',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId }),
        },
        cache: 'no-store',
        signal: AbortSignal.any([stop, stale.signal]),
      });
      if (response.status === 401 && this.#sesion.token === token) await this.#sesion.renovar();
      if (!response.ok || !response.body) return;
      this.#estado.set('conectado');
      connected();
      const ends: EventData['fin'][] = [];
      const parser = createParser({
        // Called just before the event; also for a heartbeat, which has an id and no event.
        onId: (id) => (this.#lastId = id),
        onEvent: ({ event, data }) => {
          const datos = JSON.parse(data) as EventData[NombreDeEvento];
          for (const listener of this.#listeners.get(event as NombreDeEvento) ?? []) listener(datos as never);
          if (event === 'fin') ends.push(datos as EventData['fin']);
        },
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => stale.abort(), SILENCE);
        parser.feed(value);
        if (ends.some(({ motivo }) => motivo !== 'reinicio')) await this.#sesion.renovar();
        if (ends.length > 0) return;
      }
    } finally {
      clearTimeout(watchdog);
      stale.abort();
    }
  }

  /** The last id of one user must not be sent for another. */
  #resumeOnlyForSameUser(): void {
    const user = this.#sesion.usuario()?.id;
    if (user !== this.#seenUser) this.#lastId = undefined;
    this.#seenUser = user;
  }
}

/** Shorter when it ends, or when the browser is online again. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = new AbortController();
    const finish = () => (clearTimeout(timer), end.abort(), resolve());
    const timer = setTimeout(finish, ms);
    stop.addEventListener('abort', finish, { signal: end.signal });
    addEventListener('online', finish, { signal: end.signal });
  });
}
