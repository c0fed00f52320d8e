import { inject, linkedSignal } from '@angular/core';
import type { EventData, LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import type { CursorPages } from '../ui/cursor-pages';
import { stateAfter } from './entrega-state';

export type Entrega = LogisticaOperations['GET /entregas']['answer'][number];
export type EntregasQuery = NonNullable<LogisticaOperations['GET /entregas']['query']>;
type Evento = EventData['entrega'];

/** Keeps a list of deliveries as the live events say. Call it in an injection context. */
export function followEntregas(pages: CursorPages<Entrega>, query: () => EntregasQuery) {
  const logistica = inject(LogisticaApi);
  const eventos = inject(Eventos);
  const unseen = linkedSignal({ source: query, computation: () => 0 });

  function readAgain(): void {
    unseen.set(0);
    pages.reload();
  }

  function follow(evento: Evento): void {
    if (evento.tipo === 'creada') return announce(evento);
    if (!pages.rows().some(({ id }) => id === evento.entrega_id)) {
      if (evento.tipo === 'soltada' && query().sin_asignar) announce(evento);
      return;
    }
    const estado = stateAfter(evento);
    if (estado !== undefined) show(evento, { estado });
    else if (evento.tipo === 'rechazada') void showAsStored(evento);
    else if (evento.tipo === 'tomada' || evento.tipo === 'soltada') showAssigned(evento);
  }

  /** A new row would push the others away under the reader's eyes: it is offered instead. */
  function announce({ datos }: Evento): void {
    const { estado, pedido_id, sin_asignar } = query();
    if (pedido_id !== undefined || (estado !== undefined && datos?.['estado'] !== estado)) return;
    if (sin_asignar && typeof datos?.['asignada_a'] === 'number') return;
    unseen.update((count) => count + 1);
  }

  function show({ entrega_id, momento }: Evento, change: Partial<Entrega>): void {
    pages.update((row) => {
      if (row.id !== entrega_id) return row;
      const changed = { ...row, ...change, actualizada: momento };
      return query().sin_asignar && !isFree(changed) ? undefined : changed;
    });
  }

  /** Who is not told by whom it was claimed sees it no more. */
  function showAssigned(evento: Evento): void {
    const asignada_a = evento.datos?.['asignada_a'];
    if (typeof asignada_a === 'number' || asignada_a === null) show(evento, { asignada_a });
    else pages.update((row) => (row.id === evento.entrega_id ? undefined : row));
  }

  /** Refused late, a delivery is what it was before, which the event does not say. */
  async function showAsStored(evento: Evento): Promise<void> {
    const { data } = await logistica.call('GET /entrega/:id', {
      params: { id: Number(evento.entrega_id) },
    });
    show(evento, { estado: data.estado });
  }

  eventos.escuchar('entrega', follow);
  eventos.escuchar('hueco', readAgain);
  readWhenLive({ isLoading: () => pages.state() === 'loading', reload: readAgain });
  return { unseen: unseen.asReadonly(), readAgain };
}

const isFree = ({ asignada_a, estado }: Entrega): boolean =>
  asignada_a === null && obstacleOf(estado) === undefined;
