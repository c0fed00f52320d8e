import { Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';

type Detail = LogisticaOperations['GET /entrega/:id']['answer']['items'][number];
/** Its state is not in a list. */
type Item = Omit<Detail, 'estado'> & Partial<Pick<Detail, 'estado'>>;

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
          @if (withState() && item.estado; as estado) {
            <span class="ms-soft">{{ 'estados.item.' + estado | transloco }}</span>
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
  readonly items = input.required<readonly Item[]>();
  readonly withState = input(false);
}
