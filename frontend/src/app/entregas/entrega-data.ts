import { Component, computed, inject, input, resource } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { Actor } from '../ui/actor';
import { Time } from '../ui/time';
import { pictureOf } from './signature-picture';

/** What is stored of a delivery, in clear: where it goes, what it carries, who received it and how they signed. */
@Component({
  selector: 'ms-entrega-data',
  imports: [Actor, MatIcon, Time, TranslocoDirective],
  templateUrl: './entrega-data.html',
  styleUrl: './entrega-data.scss',
})
export class EntregaData {
  readonly entrega = input.required<LogisticaOperations['GET /entrega/:id']['answer']>();

  readonly #logistica = inject(LogisticaApi);
  protected readonly picture = computed(() => pictureOf(this.entrega().firma_recibe ?? ''));
  /** The delivery only has their ids. */
  protected readonly productos = resource({
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
  /** As a string: the same ids are the same question. */
  readonly #productIds = computed(() =>
    this.entrega()
      .items.map(({ producto_id }) => producto_id)
      .join(','),
  );

  protected nameOf(id: number): string {
    return (this.productos.hasValue() ? this.productos.value().get(id) : undefined) ?? `#${id}`;
  }
}
