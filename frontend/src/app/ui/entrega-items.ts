import { Component, computed, inject, input, resource } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';

type Item = LogisticaOperations['GET /entrega/:id']['answer']['items'][number];

/** What a delivery carries; `withState`, also whether it left the stock. */
@Component({
  selector: 'ms-entrega-items',
  imports: [TranslocoPipe],
  template: `
    <ul>
      @for (item of items(); track item.producto_id) {
        <li>
          <span class="ms-number">{{ item.cantidad }} ×</span>
          {{ nameOf(item.producto_id) }}
          @if (withState()) {
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
  readonly items = input.required<readonly Item[]>();
  readonly withState = input(false);

  readonly #logistica = inject(LogisticaApi);
  /** As a string: the same ids are the same question. */
  readonly #productIds = computed(() =>
    this.items()
      .map(({ producto_id }) => producto_id)
      .join(','),
  );
  /** The delivery only has their ids. */
  readonly #productos = resource({
    params: () => this.#productIds(),
    loader: async ({ params, abortSignal }) => {
      const ids = params.split(',').filter(Boolean);
      const answers = await Promise.all(
        ids.map((id) =>
          this.#logistica.call('GET /inventario/:id', { params: { id: Number(id) }, signal: abortSignal }),
        ),
      );
      return new Map(answers.map(({ data }) => [data.id, data.nombre]));
    },
  });

  protected nameOf(id: number): string {
    return (this.#productos.hasValue() ? this.#productos.value().get(id) : undefined) ?? `#${id}`;
  }
}
