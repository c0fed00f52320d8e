import { Component, debounced, inject, input, output, resource, signal } from '@angular/core';
import type { MatAutocompleteSelectedEvent } from '@angular/material/autocomplete';
import { MatAutocomplete, MatAutocompleteTrigger, MatOption } from '@angular/material/autocomplete';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';

export type Producto = LogisticaOperations['GET /inventario']['answer'][number];

/** From the last key to the search (ms). */
const PAUSE = 250;
const OFFERED = 20;

/** Looks for a product by name or SKU, with what is available of each; `chosen` emits the one that was chosen. */
@Component({
  selector: 'ms-producto-picker',
  imports: [ErrorState, Field, Input, MatAutocomplete, MatAutocompleteTrigger, MatOption, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'entregas.productos'">
      <ms-field [label]="t('anadir')" [hint]="t('anadir_ayuda')">
        <input
          #search
          msInput
          type="text"
          autocomplete="off"
          spellcheck="false"
          [placeholder]="t('buscar')"
          [matAutocomplete]="offers"
          (focus)="asked.set(true)"
          (input)="typed.set(search.value.trim())"
        />
      </ms-field>
      <mat-autocomplete #offers hideSingleSelectionIndicator (optionSelected)="choose($event, search)">
        @for (producto of productos.value(); track producto.id) {
          <mat-option
            [value]="producto"
            [disabled]="producto.disponible === 0 || without().includes(producto.id)"
          >
            <span class="option">
              <span class="name">{{ producto.nombre }}</span>
              <span class="more">
                {{ producto.sku }} · {{ t('disponibles', { cuenta: producto.disponible }) }}
              </span>
            </span>
          </mat-option>
        } @empty {
          <mat-option disabled>{{ t(productos.isLoading() ? 'buscando' : 'ninguno') }}</mat-option>
        }
      </mat-autocomplete>
      @if (productos.error(); as error) {
        <ms-error-state [error]="error" [retryable]="true" (retry)="productos.reload()" />
      }
    </ng-container>
  `,
  styles: `
    .option {
      display: grid;
      padding: 0.35rem 0;
      line-height: 1.35;
      overflow-wrap: anywhere;
    }

    .more {
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.85rem;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class ProductoPicker {
  /** Ids that were chosen before. */
  readonly without = input<readonly number[]>([]);
  readonly chosen = output<Producto>();

  readonly #logistica = inject(LogisticaApi);
  protected readonly asked = signal(false);
  protected readonly typed = signal('');
  readonly #question = debounced(this.typed, PAUSE);
  protected readonly productos = resource({
    params: () => (this.asked() ? { buscar: this.#question.value() ?? '' } : undefined),
    loader: async ({ params: { buscar }, abortSignal }) => {
      const query = { limite: OFFERED, ...(buscar ? { buscar } : {}) };
      const { data } = await this.#logistica.call('GET /inventario', { query, signal: abortSignal });
      return data;
    },
  });

  protected choose({ option }: MatAutocompleteSelectedEvent, search: HTMLInputElement): void {
    this.chosen.emit(option.value as Producto);
    search.value = '';
    this.typed.set('');
  }
}
