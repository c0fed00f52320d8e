import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { EventData, LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import { Idioma } from '../core/i18n/idioma';
import { Actor } from '../ui/actor';
import { cursorPages } from '../ui/cursor-pages';
import type { Column } from '../ui/data-table';
import { Cell, DataTable } from '../ui/data-table';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import type { EntregasFilterValue } from './entregas-filter';
import { EntregasFilter } from './entregas-filter';
import { stateAfter } from './entrega-state';

type Entrega = LogisticaOperations['GET /entregas']['answer'][number];

/** Every delivery that the user may see, newest first; its states change while one looks. */
@Component({
  selector: 'ms-entregas-page',
  imports: [
    Actor,
    Cell,
    DataTable,
    EmptyState,
    EntregasFilter,
    MatButton,
    MatIcon,
    PageHeader,
    RouterLink,
    StateChip,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './entregas-page.html',
  styleUrl: './entregas-page.scss',
})
export class EntregasPage {
  /** Query parameters. */
  readonly estado = input<string>();
  readonly pedido_id = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #transloco = inject(TranslocoService);
  readonly #idioma = inject(Idioma).codigo;

  protected readonly filter = computed(() => ({
    estado: this.estado() ?? '',
    pedido_id: this.pedido_id() ?? '',
  }));
  readonly #query = computed(() => {
    const { estado, pedido_id } = this.filter();
    return { ...(estado ? { estado } : {}), ...(pedido_id ? { pedido_id } : {}) };
  });
  protected readonly pages = cursorPages(
    () => this.#query(),
    (query, page) =>
      this.#logistica.call('GET /entregas', { query: { ...query, ...page.query }, signal: page.signal }),
  );
  protected readonly seen = computed(() => this.pages.rows().map(({ estado }) => estado));
  protected readonly isFiltered = computed(() => Object.keys(this.#query()).length > 0);
  /** Created by somebody since the list was read. */
  protected readonly created = linkedSignal({ source: this.#query, computation: () => 0 });
  protected readonly columns = computed<Column[]>(() => {
    this.#idioma();
    const header = (key: string) => this.#transloco.translate<string>(`entregas.columnas.${key}`);
    return [
      { key: 'pedido', header: header('pedido'), width: 'minmax(0, 1.4fr)', phone: 'title' },
      { key: 'estado', header: header('estado'), width: 'minmax(0, 1.4fr)', phone: 'end' },
      { key: 'asignada', header: header('asignada') },
      { key: 'creada', header: header('creada'), width: '8.5rem', phone: 'detail' },
      { key: 'actualizada', header: header('actualizada'), width: '8.5rem', align: 'end' },
    ];
  });
  protected readonly linkOf = ({ id }: Entrega): unknown[] => ['/entregas', id];
  protected readonly idOf = ({ id }: Entrega): number => id;

  constructor() {
    const eventos = inject(Eventos);
    eventos.escuchar('entrega', (evento) => this.#follow(evento));
    eventos.escuchar('hueco', () => this.readAgain());
    readWhenLive({ isLoading: () => this.pages.state() === 'loading', reload: () => this.readAgain() });
  }

  protected readAgain(): void {
    this.created.set(0);
    this.pages.reload();
  }

  protected async filterBy(filter: EntregasFilterValue): Promise<void> {
    await this.#router.navigate([], {
      queryParams: { estado: filter.estado || null, pedido_id: filter.pedido_id || null },
      replaceUrl: true,
    });
  }

  #follow(evento: EventData['entrega']): void {
    if (evento.tipo === 'creada') return this.#announce(evento);
    if (!this.pages.rows().some(({ id }) => id === evento.entrega_id)) return;
    const estado = stateAfter(evento);
    if (estado !== undefined) this.#show(evento, estado);
    else if (evento.tipo === 'rechazada') void this.#showAsStored(evento);
  }

  /** A new row would push the others away under the reader's eyes: it is offered instead. */
  #announce({ datos }: EventData['entrega']): void {
    const { estado, pedido_id } = this.#query();
    if (pedido_id !== undefined || (estado !== undefined && datos?.['estado'] !== estado)) return;
    this.created.update((count) => count + 1);
  }

  #show({ entrega_id, momento }: EventData['entrega'], estado: string): void {
    this.pages.update((row) => (row.id === entrega_id ? { ...row, estado, actualizada: momento } : row));
  }

  /** Refused late, a delivery is what it was before, which the event does not say. */
  async #showAsStored(evento: EventData['entrega']): Promise<void> {
    const { data } = await this.#logistica.call('GET /entrega/:id', {
      params: { id: Number(evento.entrega_id) },
    });
    this.#show(evento, data.estado);
  }
}
