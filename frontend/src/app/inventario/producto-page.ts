import { Component, computed, inject, input, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { Eventos } from '../core/eventos/eventos';
import { BackLink } from '../ui/back-link';
import { ErrorState } from '../ui/error-state';
import { lastValue } from '../ui/last-value';
import { NumberPipe } from '../ui/number-pipe';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { sucesoDe } from '../ui/sucesos';
import { AjusteForm } from './ajuste-form';
import { MovimientosTable } from './movimientos-table';
import { NivelChip } from './nivel-chip';

@Component({
  selector: 'ms-producto-page',
  imports: [
    AjusteForm,
    BackLink,
    ErrorState,
    MovimientosTable,
    NivelChip,
    NumberPipe,
    PageHeader,
    Skeleton,
    TranslocoDirective,
  ],
  templateUrl: './producto-page.html',
  styleUrl: './producto-page.scss',
})
export class ProductoPage {
  readonly id = input.required<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);

  protected readonly isAdmin = computed(() => this.#sesion.hasRole('Admin'));
  protected readonly producto = resource({
    params: () => this.id(),
    loader: async ({ params, abortSignal }) => {
      const { data } = await this.#logistica.call('GET /inventario/:id', {
        params: { id: Number(params) },
        signal: abortSignal,
      });
      return data;
    },
  });

  protected readonly datos = lastValue(this.producto, this.id);

  constructor() {
    const eventos = inject(Eventos);
    eventos.escuchar('entrega', (evento) => {
      if (sucesoDe(evento)?.existencias) this.producto.reload();
    });
    eventos.escuchar('hueco', () => this.producto.reload());
  }
}
