import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Chip } from '../ui/chip';
import type { Producto } from './existencias';
import { NIVELES, nivelOf } from './existencias';

/** How a product stands: enough, low or out of stock. */
@Component({
  selector: 'ms-nivel-chip',
  imports: [Chip, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'inventario.nivel'">
      <ms-chip [tone]="look().tone" [icon]="look().icon">{{ t(nivel()) }}</ms-chip>
    </ng-container>
  `,
  host: { '[attr.data-nivel]': 'nivel()' },
})
export class NivelChip {
  readonly producto = input.required<Producto>();

  protected readonly nivel = computed(() => nivelOf(this.producto()));
  protected readonly look = computed(() => NIVELES[this.nivel()]);
}
