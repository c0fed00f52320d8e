import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { Component, DestroyRef, inject, input, output } from '@angular/core';
import { Icon } from './icon';

/** From the last key to the search (ms). */
const PAUSE = 300;

/** A search field: `search` emits the text when the typing pauses, and at once on Enter. */
@Component({
  selector: 'ms-search-box',
  imports: [Icon],
  template: `
    <ms-icon name="search" />
    <input
      #box
      class="ms-input"
      type="search"
      [attr.maxlength]="limite"
      autocomplete="off"
      [attr.aria-label]="label()"
      [placeholder]="label()"
      [value]="value()"
      (input)="searchSoon(box.value)"
      (keydown.enter)="searchNow(box.value)"
    />
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      min-width: 0;
    }

    ms-icon {
      --ms-icon-size: 1.15rem;

      position: absolute;
      top: 0.8rem;
      left: 0.8rem;
      color: var(--mat-sys-on-surface-variant);
      pointer-events: none;
    }

    input {
      padding-left: 2.5rem;
    }
  `,
})
export class SearchBox {
  protected readonly limite = LIMITES.filtro;
  /** Translated. */
  readonly label = input.required<string>();
  readonly value = input('');
  readonly search = output<string>();

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#timer));
  }

  protected searchSoon(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.search.emit(text.trim()), PAUSE);
  }

  protected searchNow(text: string): void {
    clearTimeout(this.#timer);
    this.search.emit(text.trim());
  }
}
