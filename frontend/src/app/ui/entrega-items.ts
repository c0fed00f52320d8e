import { Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';

type Item = LogisticaOperations['GET /entrega/:id']['answer']['items'][number];
/** Kept on a device they have no state. */
type Shown = Omit<Item, 'estado'> & Partial<Pick<Item, 'estado'>>;

/** What a delivery carries; `withState`, also whether it left the stock. */
@Component({
  selector: 'ms-entrega-items',
  imports: [TranslocoPipe],
  template: `
    <ul>
      @for (item of items(); track item.producto_id) {
        <li>
          <span class="ms-number">{{ item.cantidad }} ×</span>
          {{ item.nombre }}
          @if (withState() && item.estado) {
            <span class="ms-soft">{{ 'estados.item.' + item.estado | transloco }}</span>
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
  `,
})
export class EntregaItems {
  readonly items = input.required<readonly Shown[]>();
  readonly withState = input(false);
}
