import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { DIAS_SIN_RED } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../api/logistica-api';
import { isWithoutAnswer } from '../api/without-answer';
import { Sesion } from '../auth/sesion';
import { obstacleOf } from '../confirmaciones/confirmable';
import { Confirmaciones } from '../confirmaciones/confirmaciones';
import { filasDe } from '../guardado/filas';

type Entrega = LogisticaOperations['GET /entrega/:id']['answer'];
type EntregaDeLista = LogisticaOperations['GET /entregas']['answer'][number];

/** What a courier needs of a delivery at the door. */
export type EntregaAbierta = Pick<
  Entrega,
  'id' | 'pedido_id' | 'direccion' | 'destinatario' | 'orden' | 'estado' | 'reservada' | 'asignada_a'
> & { items: NonNullable<EntregaDeLista['items']> };
export type EntregaGuardada = EntregaAbierta & {
  creada: string;
  /** When the server said so (ms). */
  guardada: number;
};

const LASTING = DIAS_SIN_RED * 24 * 3_600_000;
/** Not read again before (ms). */
const FRESH = 60_000;
const PAGE = 200;

const filas = filasDe<EntregaGuardada>('entrega');

/**
 * The open deliveries of who is signed in, as this browser keeps them for when there is no network: encrypted, for some
 * days, until the session ends.
 */
@Injectable({ providedIn: 'root' })
export class MisEntregas {
  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #aceptadas = inject(Confirmaciones).aceptadas;
  readonly #guardadas = signal<readonly EntregaGuardada[]>([]);
  #read = 0;

  readonly guardadas = this.#guardadas.asReadonly();
  /** Of the oldest of them (ms). */
  readonly desde = computed(() => Math.min(...this.#guardadas().map(({ guardada }) => guardada)));

  constructor() {
    const usuarioId = computed(() => this.#sesion.usuario()?.id);
    const isOffline = computed(() => this.#sesion.isOffline());
    effect(() => {
      const id = usuarioId();
      this.#read = 0;
      untracked(() => void this.#load(id));
    });
    effect(() => {
      if (usuarioId() !== undefined && !isOffline()) untracked(() => void this.refrescar());
    });
    effect(() => {
      const accepted = [...this.#aceptadas().keys()];
      untracked(() => void this.#removeAccepted(accepted));
    });
    addEventListener('online', () => void this.refrescar());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.refrescar();
    });
  }

  /** Reads them from the server, unless that was just done. Never rejects: what is kept stays until the next time. */
  async refrescar(): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined || this.#sesion.isOffline() || Date.now() - this.#read < FRESH) return;
    const before = this.#read;
    this.#read = Date.now();
    try {
      const entregas = await this.#readMine();
      if (this.#sesion.usuario()?.id !== usuarioId) return;
      for (const entrega of entregas) await this.#put(usuarioId, entrega);
      const open = new Set(entregas.map(({ id }) => id));
      for (const { id } of await filas.list(usuarioId)) if (!open.has(id)) await filas.remove(usuarioId, id);
      await this.#load(usuarioId);
      // Not to be cleared away when the disk is full; the browser decides.
      await navigator.storage.persist();
    } catch {
      this.#read = before;
    }
  }

  /** One that the server has just told, when it is one's own. */
  async guardar(entrega: Entrega): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined || entrega.asignada_a !== usuarioId) return;
    if (obstacleOf(entrega.estado) === undefined)
      await this.#put(usuarioId, toKeep(entrega, entrega.historial.at(0)?.momento ?? ''));
    else await filas.remove(usuarioId, entrega.id);
    await this.#load(usuarioId);
  }

  /** What `read` answers, or without a network what is kept. @throws what `read` threw when nothing is */
  async orKept<T>(
    read: () => Promise<T>,
    kept: (guardadas: readonly EntregaGuardada[]) => T | undefined,
  ): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!isWithoutAnswer(error)) throw error;
      await this.#load(this.#sesion.usuario()?.id);
      const found = kept(this.#guardadas());
      if (found === undefined) throw error;
      return found;
    }
  }

  async #readMine(): Promise<EntregaGuardada[]> {
    const mine: EntregaGuardada[] = [];
    let cursor: string | undefined;
    do {
      const query = { mias: 'true', claro: 'true', limite: PAGE, ...(cursor ? { cursor } : {}) } as const;
      const { data, next } = await this.#logistica.call('GET /entregas', { query });
      mine.push(...data.map(({ items = [], ...entrega }) => toKeep({ ...entrega, items }, entrega.creada)));
      cursor = next;
    } while (cursor !== undefined);
    return mine;
  }

  /** What became of it while it was being encrypted counts: it was confirmed, or its user has left. */
  async #put(usuarioId: number, entrega: EntregaGuardada): Promise<void> {
    await filas.put(usuarioId, entrega.id, entrega);
    const hasLeft = this.#sesion.usuario()?.id !== usuarioId;
    if (hasLeft || this.#aceptadas().has(entrega.id)) await filas.remove(usuarioId, entrega.id);
  }

  async #removeAccepted(ids: readonly number[]): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined || ids.length === 0) return;
    for (const id of ids) await filas.remove(usuarioId, id);
    await this.#load(usuarioId);
  }

  async #load(usuarioId: number | undefined): Promise<void> {
    if (usuarioId === undefined) return this.#guardadas.set([]);
    const entregas = await filas.list(usuarioId);
    const oldest = Date.now() - LASTING;
    for (const { id } of entregas.filter(({ guardada }) => guardada < oldest))
      await filas.remove(usuarioId, id);
    this.#guardadas.set(entregas.filter(({ guardada }) => guardada >= oldest).toSorted(inOrder));
  }
}

const toKeep = (entrega: EntregaAbierta, creada: string): EntregaGuardada => ({
  id: entrega.id,
  pedido_id: entrega.pedido_id,
  direccion: entrega.direccion,
  destinatario: entrega.destinatario,
  orden: entrega.orden,
  estado: entrega.estado,
  asignada_a: entrega.asignada_a,
  items: entrega.items,
  creada,
  guardada: Date.now(),
});

/** As the server sorts them. */
const inOrder = (one: EntregaGuardada, other: EntregaGuardada): number =>
  (one.orden ?? Infinity) - (other.orden ?? Infinity) || one.id - other.id;
