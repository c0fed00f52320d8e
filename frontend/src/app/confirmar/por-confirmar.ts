import { inject, Injectable } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';

export type Entrega = LogisticaOperations['GET /entregas']['answer'][number];
/** What the list shows of one, also of one that this device keeps. */
export type Fila = Pick<
  Entrega,
  'id' | 'pedido_id' | 'estado' | 'direccion' | 'destinatario' | 'orden' | 'asignada_a'
>;
type Query = NonNullable<LogisticaOperations['GET /entregas']['query']>;

/** What a courier chooses from: their own stops, or what nobody carries yet. */
export const VISTAS = ['mias', 'sin_asignar'] as const;
export type Vista = (typeof VISTAS)[number];

export const OFFERED = 50;
/** Most deliveries may be confirmed already; so many pages are looked through for those that are not. */
const MOST_PAGES = 10;
const ID = /^#?([1-9]\d{0,14})$/;

/** The deliveries that this user can confirm next. */
@Injectable({ providedIn: 'root' })
export class PorConfirmar {
  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #confirmaciones = inject(Confirmaciones);

  /** Who has no stops chooses from everything that they may confirm. */
  hasVistas(): boolean {
    return this.#sesion.hasRole('Mensajero');
  }

  list(vista: Vista | undefined, abort: AbortSignal): Promise<Entrega[]> {
    if (vista === 'mias') return this.#read({ mias: 'true', limite: LIMITES.pagina }, abort);
    if (vista === 'sin_asignar') return this.#read({ sin_asignar: 'true', limite: OFFERED }, abort);
    return this.#confirmable(abort);
  }

  /** By the beginning of an order number, or by the number of the delivery. */
  async find(buscar: string, abort: AbortSignal): Promise<Entrega[]> {
    const [byOrder, byId] = await Promise.all([
      this.#read({ pedido_prefijo: buscar, limite: OFFERED }, abort),
      this.#findById(ID.exec(buscar)?.[1], abort),
    ]);
    return [...byId, ...byOrder.filter(({ id }) => !byId.some((found) => found.id === id))];
  }

  /** The one after those that were sent. */
  async next(abort: AbortSignal): Promise<Entrega | undefined> {
    const mine = this.withoutSent(await this.list('mias', abort));
    return mine[0] ?? (this.hasVistas() ? undefined : this.withoutSent(await this.list(undefined, abort))[0]);
  }

  /** Not those that this device has sent, or will send: the server may not say so yet. */
  withoutSent<T extends { id: number }>(entregas: readonly T[]): T[] {
    const waiting = new Set(this.#confirmaciones.porEnviar().map(({ entrega_id }) => entrega_id));
    const sent = this.#confirmaciones.aceptadas();
    return entregas.filter(({ id }) => !waiting.has(id) && !sent.has(id));
  }

  async #read(query: Query, signal: AbortSignal): Promise<Entrega[]> {
    return (await this.#logistica.call('GET /entregas', { query: { ...query, claro: 'true' }, signal })).data;
  }

  /** The newest, those that the user carries first. */
  async #confirmable(signal: AbortSignal): Promise<Entrega[]> {
    const found: Entrega[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES && found.length < OFFERED; page += 1) {
      const query = { claro: 'true', limite: 100, ...(cursor === undefined ? {} : { cursor }) } as const;
      const { data, next } = await this.#logistica.call('GET /entregas', { query, signal });
      found.push(...data.filter(({ estado, reservada }) => !reservada && obstacleOf(estado) === undefined));
      cursor = next;
      if (cursor === undefined) break;
    }
    const mine = ({ asignada_a }: Entrega) => Number(asignada_a === this.#sesion.usuario()?.id);
    return found.toSorted((a, b) => mine(b) - mine(a)).slice(0, OFFERED);
  }

  async #findById(id: string | undefined, signal: AbortSignal): Promise<Entrega[]> {
    if (id === undefined) return [];
    try {
      const { data } = await this.#logistica.call('GET /entrega/:id', { params: { id: Number(id) }, signal });
      const momento = data.historial.at(0)?.momento ?? '';
      return [{ ...data, creada: momento, actualizada: data.historial.at(-1)?.momento ?? momento }];
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }
}

/** Without a network: of what this device keeps, which are the user's own; undefined for what it does not. */
export function keptOf<T extends Fila>(
  guardadas: readonly T[],
  { vista, buscar }: { vista: Vista | undefined; buscar: string },
): T[] | undefined {
  if (buscar !== '') {
    const id = ID.exec(buscar)?.[1];
    return guardadas.filter((one) => one.pedido_id.startsWith(buscar) || String(one.id) === id);
  }
  if (vista === 'sin_asignar') return undefined;
  const place = ({ orden }: T) => orden ?? Infinity;
  return guardadas.toSorted((a, b) => (place(a) === place(b) ? a.id - b.id : place(a) - place(b)));
}
