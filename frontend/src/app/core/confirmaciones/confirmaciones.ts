import { computed, effect, ErrorHandler, inject, Injectable, signal, untracked } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import { AutorizadorApi } from '../api/autorizador-api';
import { LogisticaApi } from '../api/logistica-api';
import { isWithoutAnswer } from '../api/without-answer';
import { Sesion } from '../auth/sesion';
import type { Evento } from '../eventos/evento';
import type {
  ConfirmacionAceptada,
  ConfirmacionGuardada,
  ConfirmacionPendiente,
  DatosDeEntrega,
  PorEnviar,
  Rechazada,
} from './confirmacion-guardada';
import { Borradores } from './borradores';
import { removeUser } from '../guardado/filas';
import { outboxStore } from './outbox-store';
import { hasExpired } from './signature-expiry';

/** One tab at a time sends, so that a confirmation goes out once. */
const LOCK = 'medisupply.confirmaciones';
const CHANNEL = 'medisupply.confirmaciones';
const FIRST_DELAY = 2_000;
const LONGEST_DELAY = 60_000;
/** Refusals that pass: not logged in, too slow, too early, too many. They hold up the others, whose turn comes later. */
const PASSING = new Set([0, 401, 408, 425, 429, 502, 503, 504]);

/** An accepted confirmation, with the events that only this device knows. */
export interface Aceptada extends ConfirmacionAceptada {
  pedido_id: string;
  antes: readonly Evento[];
}

/**
 * Confirmations, kept in this browser before they are signed and sent, and until they are answered. They go out by
 * themselves, in their order: at once, when the network is back, after a reload of the page. Sending one twice is
 * harmless, since the server gives the same request the same answer.
 */
@Injectable({ providedIn: 'root' })
export class Confirmaciones {
  readonly #autorizador = inject(AutorizadorApi);
  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #borradores = inject(Borradores);
  readonly #errors = inject(ErrorHandler);
  readonly #guardadas = signal<readonly ConfirmacionGuardada[]>([]);
  readonly #aceptadas = signal<ReadonlyMap<number, Aceptada>>(new Map());
  readonly #enviando = signal<number | undefined>(undefined);
  readonly #sinRespuesta = signal(false);
  readonly #otherTabs = new BroadcastChannel(CHANNEL);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  /** Of who is signed in: those that wait and those that were refused. */
  readonly guardadas = this.#guardadas.asReadonly();
  readonly porEnviar = computed(() =>
    this.#guardadas().filter((guardada) => guardada.estado !== 'rechazada'),
  );
  /** Accepted since the page was loaded, by delivery. */
  readonly aceptadas = this.#aceptadas.asReadonly();
  /** The delivery whose confirmation is under way just now. */
  readonly enviando = this.#enviando.asReadonly();

  /** Whether the last attempt got no answer. */
  readonly sinRespuesta = this.#sinRespuesta.asReadonly();

  constructor() {
    const usuarioId = computed(() => this.#sesion.usuario()?.id);
    let before: number | undefined;
    effect(() => {
      const id = usuarioId();
      // Back from a start without the server, what waits can go out.
      this.#sesion.isOffline();
      untracked(() => {
        if (id !== before) {
          this.#aceptadas.set(new Map());
          this.#guardadas.set([]);
        }
        before = id;
        if (id !== undefined) this.#sendNow();
      });
    });
    addEventListener('online', () => this.#sendNow());
    this.#otherTabs.onmessage = ({ data }: MessageEvent<Aceptada | undefined>) => {
      if (data) this.#remember(data);
      void this.#refresh();
    };
  }

  /**
   * Keeps the data, has them signed, and sends them. Resolves when they are kept: how the rest goes is in `aceptadas` and
   * `guardadas`. `pulsada`: when the button was pressed. `foto`: the JPEG that the data's `foto_sha256` is of, base64.
   * @throws when this browser could not keep them
   */
  async confirmar(datos: DatosDeEntrega, pulsada: number, foto?: string): Promise<void> {
    await outboxStore.put({
      usuario_id: this.#usuarioId(),
      entrega_id: datos.entrega_id,
      pedido_id: datos.pedido_id,
      estado: 'por-firmar',
      datos,
      ...(foto === undefined ? {} : { foto }),
      pulsada,
      enviada: 0,
      intentos: 0,
      pudoLlegar: false,
      firmadaDeNuevo: false,
    });
    await this.#borradores.quitar(datos.entrega_id);
    await this.#changed();
    void this.enviar();
  }

  /** Once more, as it was confirmed: what it was refused for may be gone. */
  async reintentar({ datos, pulsada, foto }: Rechazada): Promise<void> {
    if (datos) await this.confirmar(datos, pulsada, foto);
  }

  /** Sends what waits, one after the other. */
  async enviar(): Promise<void> {
    clearTimeout(this.#timer);
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined) return;
    try {
      await this.#refresh();
      // Back on line, this is called again.
      if (this.porEnviar().length === 0 || !navigator.onLine) return;
      await navigator.locks.request(LOCK, () => this.#sendAllOf(usuarioId));
      await this.#refresh();
      if (this.porEnviar().length === 0) return;
    } catch (error) {
      this.#noteFailure(error);
    }
    const delay = Math.min(FIRST_DELAY * 2 ** this.#failures, LONGEST_DELAY);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.enviar(), delay);
  }

  /** Takes a refused one off the list, or gives up one that waits. */
  async descartar(guardada: ConfirmacionGuardada): Promise<void> {
    await navigator.locks.request(LOCK, () => outboxStore.remove(guardada));
    await this.#changed();
  }

  /** On logging out: nothing of the user stays in this browser. */
  async olvidar(usuarioId: number): Promise<void> {
    await navigator.locks.request(LOCK, () => removeUser(usuarioId));
    await this.#changed();
  }

  async #sendAllOf(usuarioId: number): Promise<void> {
    // Read under the lock: another tab may have sent some meanwhile.
    for (const guardada of await outboxStore.listOf(usuarioId)) {
      if (this.#sesion.usuario()?.id !== usuarioId) return;
      if (guardada.estado === 'rechazada') continue;
      this.#enviando.set(guardada.entrega_id);
      try {
        await this.#deliver(guardada);
        this.#failures = 0;
        this.#sinRespuesta.set(false);
      } catch (error) {
        this.#noteFailure(error);
        if (error instanceof ApiError && PASSING.has(error.status)) return;
      } finally {
        this.#enviando.set(undefined);
      }
    }
  }

  /** Returns when the server has decided: accepted or refused. Whatever it throws, the confirmation is still kept. */
  async #deliver(guardada: ConfirmacionPendiente): Promise<void> {
    try {
      // Before its hash is signed; a photo that nobody signs is not kept for ever.
      if (!guardada.pudoLlegar) await this.#sendFoto(guardada);
      const [sent, answer] = await this.#send(await this.#signed(guardada));
      await this.#accept(sent, answer);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#refuse(guardada, error);
    }
  }

  async #sendFoto({ entrega_id: id, foto }: ConfirmacionPendiente): Promise<void> {
    if (foto === undefined) return;
    const body = new Blob([Uint8Array.from(atob(foto), (byte) => byte.charCodeAt(0))], {
      type: 'image/jpeg',
    });
    await this.#logistica.call('POST /entrega/:id/foto', { params: { id }, body });
  }

  #sendNow(): void {
    this.#failures = 0;
    void this.enviar();
  }

  #noteFailure(error: unknown): void {
    this.#failures += 1;
    this.#sinRespuesta.set(isWithoutAnswer(error));
    if (!(error instanceof ApiError)) this.#errors.handleError(error);
  }

  /**
   * An expired signature that may have arrived is sent once more as it is: if it did arrive, its answer comes again,
   * and a new signature would be refused, because the delivery is being confirmed already.
   */
  async #send(guardada: PorEnviar): Promise<[PorEnviar, ConfirmacionAceptada]> {
    try {
      return await this.#post(guardada);
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 403;
      if (!refused || !hasExpired(guardada)) throw error;
      return this.#post(await this.#signAgain(guardada));
    }
  }

  async #post(guardada: PorEnviar): Promise<[PorEnviar, ConfirmacionAceptada]> {
    // It went while this was signed: surely none of it arrives.
    if (!navigator.onLine) throw new ApiError(0, 'El servicio no responde');
    const attempt = {
      ...guardada,
      intentos: guardada.intentos + 1,
      enviada: Date.now(),
      pudoLlegar: true,
    };
    await outboxStore.put(attempt);
    const { entrega_id, ...fields } = attempt.datos;
    const { data } = await this.#logistica.call('POST /entrega/:id/confirmar', {
      params: { id: entrega_id },
      body: { ...fields, firma_payload: attempt.firma },
    });
    return [attempt, data];
  }

  async #sign(datos: DatosDeEntrega): Promise<Pick<PorEnviar, 'datos' | 'firma' | 'firmada' | 'desfase'>> {
    const { data } = await this.#autorizador.call('POST /sign-data', { body: { payload: datos } });
    const firmada = Date.now();
    // As signed: the server normalises texts.
    const { usuario_id: _, ...signedData } = data.payload;
    return {
      datos: signedData,
      firma: data.firma,
      firmada,
      // At most, so that nothing of this device seems to happen after what the server did with it.
      desfase: Date.parse(data.timestamp) - firmada,
    };
  }

  /** As it is kept when its signature is good or may have arrived, signed otherwise. */
  #signed(guardada: ConfirmacionPendiente): Promise<PorEnviar> {
    const isSigned = guardada.estado === 'por-enviar' && (guardada.pudoLlegar || !hasExpired(guardada));
    return isSigned ? Promise.resolve(guardada) : this.#signAgain(guardada);
  }

  async #signAgain(guardada: ConfirmacionPendiente): Promise<PorEnviar> {
    const firmadaDeNuevo = guardada.estado === 'por-enviar';
    const signed = await this.#sign(guardada.datos);
    const renewed: PorEnviar = {
      ...guardada,
      ...signed,
      estado: 'por-enviar',
      pudoLlegar: false,
      firmadaDeNuevo,
    };
    await outboxStore.put(renewed);
    await this.#changed();
    return renewed;
  }

  async #accept(guardada: PorEnviar, answer: ConfirmacionAceptada): Promise<void> {
    await outboxStore.remove(guardada);
    const aceptada = { ...answer, pedido_id: guardada.pedido_id, antes: stepsBefore(guardada) };
    this.#remember(aceptada);
    await this.#changed(aceptada);
  }

  async #refuse(guardada: ConfirmacionPendiente, { status, message, problem }: ApiError): Promise<void> {
    const { usuario_id, entrega_id, pedido_id, datos, pulsada, foto } = guardada;
    const rechazo = { status, message, ...(problem ? { problem } : {}) };
    await outboxStore.put({
      usuario_id,
      entrega_id,
      pedido_id,
      datos,
      ...(foto === undefined ? {} : { foto }),
      pulsada,
      estado: 'rechazada',
      rechazo,
    });
    await this.#changed();
  }

  #remember(aceptada: Aceptada): void {
    this.#aceptadas.update((before) => new Map(before).set(aceptada.entrega_id, aceptada));
  }

  async #changed(aceptada?: Aceptada): Promise<void> {
    this.#otherTabs.postMessage(aceptada);
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    this.#guardadas.set(usuarioId === undefined ? [] : await outboxStore.listOf(usuarioId));
  }

  #usuarioId(): number {
    const usuario = this.#sesion.usuario();
    if (!usuario) throw new ApiError(401, 'La sesión terminó');
    return usuario.id;
  }
}

/** By the server's clock, so that they can be compared with the server's events. */
function stepsBefore({ pulsada, firmada, enviada, desfase, ...guardada }: PorEnviar): Evento[] {
  const at = (ms: number) => new Date(ms + desfase).toISOString();
  const steps: Evento[] = [
    { tipo: 'pulsada', momento: at(pulsada) },
    { tipo: guardada.firmadaDeNuevo ? 'firmada_de_nuevo' : 'firmada', momento: at(firmada) },
  ];
  return guardada.intentos > 1 ? [...steps, { tipo: 'reenviada', momento: at(enviada) }] : steps;
}

const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && !PASSING.has(error.status);
