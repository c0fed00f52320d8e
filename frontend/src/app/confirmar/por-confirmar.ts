import { inject, Injectable } from '@angular/core';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';

export type Entrega = LogisticaOperations['GET /entregas']['answer'][number];

const OFFERED = 20;
const PAGE = 200;
/** Most deliveries may be confirmed already; so many pages are looked through for those that are not. */
const MOST_PAGES = 5;

/** The deliveries that this user can confirm next. */
@Injectable({ providedIn: 'root' })
export class PorConfirmar {
  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #confirmaciones = inject(Confirmaciones);

  /** Those that are assigned to the user come first. */
  async list(signal: AbortSignal): Promise<Entrega[]> {
    const confirmable: Entrega[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES && confirmable.length < OFFERED; page += 1) {
      const query = { limite: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const { data, next } = await this.#logistica.call('GET /entregas', { query, signal });
      confirmable.push(
        ...this.withoutSent(data).filter(
          ({ estado, reservada }) => !reservada && obstacleOf(estado) === undefined,
        ),
      );
      cursor = next;
      if (cursor === undefined) break;
    }
    const mine = ({ asignada_a }: Entrega) => Number(asignada_a === this.#sesion.usuario()?.id);
    return confirmable.toSorted((a, b) => mine(b) - mine(a)).slice(0, OFFERED);
  }

  /** Not those that this device has sent, or will send: the server may not say so yet. */
  withoutSent<T extends { id: number }>(entregas: readonly T[]): T[] {
    const waiting = new Set(this.#confirmaciones.porEnviar().map(({ entrega_id }) => entrega_id));
    const sent = this.#confirmaciones.aceptadas();
    return entregas.filter(({ id }) => !waiting.has(id) && !sent.has(id));
  }
}
