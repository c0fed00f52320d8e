import type { ElementRef } from '@angular/core';
import { Component, computed, inject, input, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { Idioma } from '../core/i18n/idioma';
import { Actor } from '../ui/actor';
import { Asignacion } from '../ui/asignacion';
import { cursorPages } from '../ui/cursor-pages';
import type { Column } from '../ui/data-table';
import { Cell, DataTable } from '../ui/data-table';
import { EmptyState } from '../ui/empty-state';
import { Icon } from '../ui/icon';
import { PageHeader } from '../ui/page-header';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import type { EntregasFilterValue } from './entregas-filter';
import { EntregasFilter } from './entregas-filter';
import type { Entrega, EntregasQuery } from './follow-entregas';
import { followEntregas } from './follow-entregas';
import { PrimerosPasos } from './primeros-pasos';

/** Every delivery that the user may see, newest first; its states change while one looks. */
@Component({
  selector: 'ms-entregas-page',
  imports: [
    Actor,
    Cell,
    DataTable,
    EmptyState,
    EntregasFilter,
    Icon,
    PageHeader,
    PrimerosPasos,
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
  readonly sin_asignar = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #transloco = inject(TranslocoService);
  readonly #idioma = inject(Idioma).codigo;
  readonly #asignacion = inject(Asignacion);

  protected readonly filter = computed(() => ({
    estado: this.estado() ?? '',
    pedido_id: this.pedido_id() ?? '',
  }));
  /** Only what can be claimed. */
  protected readonly onlyFree = computed(() => this.sin_asignar() === 'true');
  protected readonly isCourier = this.#asignacion.isCourier();
  protected readonly isAdmin = inject(Sesion).hasRole('Admin');
  protected readonly seesFree = inject(Sesion).hasRole('Mensajero', 'Despacho', 'Admin');
  readonly #query = computed<EntregasQuery>(() => {
    const { estado, pedido_id } = this.filter();
    return {
      ...(estado ? { estado } : {}),
      ...(pedido_id ? { pedido_id } : {}),
      ...(this.onlyFree() ? { sin_asignar: 'true' } : {}),
    };
  });
  protected readonly pages = cursorPages(
    () => this.#query(),
    (query, page) =>
      this.#logistica.call('GET /entregas', { query: { ...query, ...page.query }, signal: page.signal }),
  );
  protected readonly seen = computed(() => this.pages.rows().map(({ estado }) => estado));
  protected readonly isFiltered = computed(() => Object.values(this.filter()).some(Boolean));
  protected readonly live = followEntregas(this.pages, this.#query);
  protected readonly columns = computed<Column[]>(() => {
    this.#idioma();
    const header = (key: string) => this.#transloco.translate<string>(`entregas.columnas.${key}`);
    if (this.onlyFree() && this.isCourier)
      return [
        { key: 'pedido', header: header('pedido'), width: 'minmax(0, 1.4fr)', phone: 'title' },
        { key: 'estado', header: header('estado'), width: 'minmax(0, 1.4fr)' },
        { key: 'creada', header: header('creada'), width: '8.5rem', phone: 'detail' },
        { key: 'tomar', header: header('tomar'), width: '7rem', align: 'end', phone: 'end' },
      ];
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

  protected readonly freeLink = viewChild<ElementRef<HTMLElement>>('free');

  /** The button goes with its row: whoever uses the keyboard goes on from the list's name. */
  protected async claim(entrega: Entrega): Promise<void> {
    await this.#asignacion.tomar(entrega);
    this.freeLink()?.nativeElement.focus({ preventScroll: true });
    this.live.readAgain();
  }

  protected async filterBy(filter: EntregasFilterValue): Promise<void> {
    await this.#router.navigate([], {
      queryParams: { estado: filter.estado || null, pedido_id: filter.pedido_id || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
