import { Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { TaskStatus } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { Idioma } from '../core/i18n/idioma';
import { Pantalla } from '../core/preferencias/pantalla';
import { Actor } from '../ui/actor';
import { cursorPages } from '../ui/cursor-pages';
import type { Column } from '../ui/data-table';
import { Cell, DataTable } from '../ui/data-table';
import { duration } from '../ui/duration';
import { EmptyState } from '../ui/empty-state';
import { Icon } from '../ui/icon';
import { PageHeader } from '../ui/page-header';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { followTareas } from './follow-tareas';
import type { Tarea, TareaDisponible } from './tarea';
import { REPORTE, tipoOf } from './tarea';
import { TareaNombre } from './tarea-nombre';
import { TareasFilter } from './tareas-filter';

@Component({
  selector: 'ms-tareas-page',
  imports: [
    Actor,
    Cell,
    DataTable,
    EmptyState,
    Icon,
    PageHeader,
    RouterLink,
    StateChip,
    TareaNombre,
    TareasFilter,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './tareas-page.html',
  styleUrl: './tareas-page.scss',
})
export class TareasPage {
  /** Query parameters: the filter. */
  readonly estado = input<string>();
  readonly tipo = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #sesion = inject(Sesion);
  readonly #idioma = inject(Idioma).codigo;

  protected readonly isPhone = inject(Pantalla).isPhone;
  protected readonly mayDispatch = computed(() => this.#sesion.hasRole('Admin', 'System'));
  protected readonly reporte = { tipo: REPORTE };
  protected readonly tipos = signal<readonly string[]>([]);
  protected readonly isFiltered = computed(() => Boolean(this.estado() ?? this.tipo()));
  protected readonly pages = cursorPages(
    () => ({
      ...(this.estado() ? { estado: this.estado() as TaskStatus } : {}),
      ...(this.tipo() ? { tipo: this.tipo() as string } : {}),
    }),
    async (query, page) => {
      const { data, next } = await this.#logistica.call('GET /tareas', {
        query: { ...query, ...page.query },
        signal: page.signal,
      });
      this.#learnTipos(data.tareas_disponibles);
      return { data: data.tasks, next };
    },
  );
  protected readonly live = followTareas(
    this.pages,
    ({ estado, tarea }) =>
      (!this.estado() || estado === this.estado()) && (!this.tipo() || tipoOf(tarea ?? '') === this.tipo()),
  );
  protected readonly identify = ({ id }: Tarea): string => id;
  protected readonly linkOf = ({ id }: Tarea): unknown[] => ['/tareas', id];

  protected columnsIn(translate: (key: string) => string): Column[] {
    return [
      { key: 'nombre', header: translate('tarea'), width: 'minmax(0, 2fr)', phone: 'title' },
      { key: 'estado', header: translate('estado'), width: '9.5rem', phone: 'end' },
      { key: 'entrega', header: translate('entrega'), width: '5.5rem' },
      { key: 'quien', header: translate('creada_por'), width: 'minmax(0, 1fr)' },
      { key: 'creada', header: translate('creada'), width: 'minmax(0, 1fr)', phone: 'detail' },
      { key: 'intentos', header: translate('intentos'), width: '5rem', align: 'end' },
      { key: 'duracion', header: translate('duracion'), width: '6rem', align: 'end' },
    ];
  }

  protected durationOf({ creada, terminada }: Tarea): string {
    return terminada === null ? '' : duration(Date.parse(terminada) - Date.parse(creada), this.#idioma());
  }

  protected filterBy(filter: { estado?: string | null; tipo?: string | null }): void {
    void this.#router.navigate([], { queryParams: filter, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected showUnseen(): void {
    window.scrollTo({ top: 0 });
    this.live.showUnseen();
  }

  #learnTipos(disponibles: readonly TareaDisponible[]): void {
    if (this.tipos().length === 0) this.tipos.set(disponibles.map(({ name }) => tipoOf(name)));
  }
}
