import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Actor } from '../ui/actor';
import { EmptyState } from '../ui/empty-state';
import { NumberPipe } from '../ui/number-pipe';
import { Time } from '../ui/time';
import type { ProductoConMovimientos } from './existencias';
import { conSaldo } from './existencias';

/** The ledger of a product, the latest movement first; as many as the service gives. */
@Component({
  selector: 'ms-movimientos-table',
  imports: [Actor, EmptyState, NumberPipe, RouterLink, Time, TranslocoDirective],
  templateUrl: './movimientos-table.html',
  styleUrl: './movimientos-table.scss',
})
export class MovimientosTable {
  readonly producto = input.required<ProductoConMovimientos>();

  protected readonly rows = computed(() => conSaldo(this.producto()));
}
