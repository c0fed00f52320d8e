import { Component, computed, DestroyRef, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ESTADOS_RESERVADOS, LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { Field, Input } from '../ui/field';
import { isPlatformState } from './entrega-state';

/** From the last key to the search (ms). */
const PAUSE = 350;

export interface EntregasFilterValue {
  estado: string;
  pedido_id: string;
}

/** The filter of the deliveries; the page keeps it in its address. */
@Component({
  selector: 'ms-entregas-filter',
  imports: [Field, Input, TranslocoDirective],
  template: `
    <form *transloco="let t" role="search" (submit)="$event.preventDefault()">
      <ms-field [label]="t('entregas.columnas.pedido')">
        <input
          #pedido
          msInput
          type="search"
          autocomplete="off"
          spellcheck="false"
          [attr.maxlength]="limite"
          [placeholder]="t('entregas.pedido_exacto')"
          [value]="value().pedido_id"
          (input)="typePedido(pedido.value)"
        />
      </ms-field>
      <ms-field [label]="t('entregas.columnas.estado')">
        <select #estado msInput [value]="value().estado" (change)="change({ estado: estado.value })">
          <option value="">{{ t('entregas.todos') }}</option>
          @for (known of states(); track known) {
            <option [value]="known" [selected]="known === value().estado">
              {{ isPlatformState(known) ? t('estados.entrega.' + known) : known }}
            </option>
          }
        </select>
      </ms-field>
    </form>
  `,
  styles: `
    @use 'screen';

    form {
      display: grid;
      grid-template-columns: minmax(0, 20rem) minmax(0, 18rem);
      gap: 0 1rem;
    }

    @include screen.phone {
      form {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      }
    }
  `,
})
export class EntregasFilter {
  protected readonly limite = LIMITES.filtro;
  readonly value = input.required<EntregasFilterValue>();
  /** States that people made up, as seen in the list. */
  readonly seen = input<readonly string[]>([]);
  readonly changed = output<EntregasFilterValue>();

  protected readonly isPlatformState = isPlatformState;
  protected readonly states = computed(() => {
    const madeUp = [...this.seen(), this.value().estado].filter((one) => one !== '' && !isPlatformState(one));
    return [...new Set(madeUp), ...ESTADOS_RESERVADOS];
  });
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#pause));
  }

  protected typePedido(typed: string): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.change({ pedido_id: typed.trim() }), PAUSE);
  }

  protected change(part: Partial<EntregasFilterValue>): void {
    this.changed.emit({ ...this.value(), ...part });
  }
}
