import { Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { Pantalla } from '../core/preferencias/pantalla';
import { cursorPages } from '../ui/cursor-pages';
import type { Column } from '../ui/data-table';
import { Cell, DataTable } from '../ui/data-table';
import { EmptyState } from '../ui/empty-state';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import type { Producto } from './existencias';
import { nivelOf } from './existencias';
import { NivelChip } from './nivel-chip';

@Component({
  selector: 'ms-inventario-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    Icon,
    NivelChip,
    NumberPipe,
    PageHeader,
    RouterLink,
    SearchBox,
    TranslocoDirective,
  ],
  templateUrl: './inventario-page.html',
  styleUrl: './inventario-page.scss',
})
export class InventarioPage {
  /** Query parameter: part of a name or SKU. */
  readonly buscar = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #sesion = inject(Sesion);
  readonly #pantalla = inject(Pantalla);

  protected readonly isAdmin = computed(() => this.#sesion.hasRole('Admin'));
  protected readonly isPhone = this.#pantalla.isPhone;
  protected readonly pages = cursorPages(
    () => (this.buscar() ? { buscar: this.buscar() as string } : {}),
    (query, page) =>
      this.#logistica.call('GET /inventario', { query: { ...query, ...page.query }, signal: page.signal }),
  );
  protected readonly nivelOf = nivelOf;
  protected readonly identify = ({ id }: Producto): number => id;
  protected readonly linkOf = ({ id }: Producto): unknown[] => ['/inventario', id];

  protected columnsIn(translate: (key: string) => string): Column[] {
    return [
      { key: 'nombre', header: translate('producto'), width: 'minmax(0, 2.2fr)', phone: 'title' },
      { key: 'sku', header: translate('sku'), width: 'minmax(0, 1.1fr)', phone: 'detail' },
      { key: 'nivel', header: translate('estado'), width: '9.5rem', phone: 'end' },
      { key: 'stock', header: translate('stock'), width: '7rem', align: 'end' },
      { key: 'reservado', header: translate('reservado'), width: '7rem', align: 'end' },
      { key: 'disponible', header: translate('disponible'), width: '7rem', align: 'end' },
    ];
  }

  protected searchFor(buscar: string): void {
    void this.#router.navigate([], {
      queryParams: { buscar: buscar || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
