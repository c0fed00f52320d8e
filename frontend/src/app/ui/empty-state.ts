import { Component, input } from '@angular/core';
import { Icon } from './icon';
import type { IconName } from './icons';

/** Nothing to show, and what can be done about it (projected: a button or a link). */
@Component({
  selector: 'ms-empty-state',
  imports: [Icon],
  template: `
    <span class="disc"><ms-icon [name]="icon()" /></span>
    @if (wholePage()) {
      <h1>{{ heading() }}</h1>
    } @else {
      <h2>{{ heading() }}</h2>
    }
    @if (text(); as text) {
      <p class="ms-soft">{{ text }}</p>
    }
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: 0.5rem;
      padding: 3rem 1.25rem;
      border: 1px dashed var(--mat-sys-outline-variant);
      border-radius: var(--ms-radius);
      text-align: center;
    }

    .disc {
      display: grid;
      place-items: center;
      width: 3.25rem;
      height: 3.25rem;
      margin-bottom: 0.25rem;
      border-radius: 50%;
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-primary);
    }

    h1 {
      font-size: 1.3rem;
    }

    p {
      max-width: 52ch;
      text-wrap: pretty;
    }

    .actions {
      margin-top: 0.5rem;
    }

    .actions:empty {
      display: none;
    }
  `,
})
export class EmptyState {
  readonly icon = input<IconName>('inbox');
  readonly heading = input.required<string>();
  readonly text = input<string>();
  /** There is nothing else on the page: the heading is its `h1`. */
  readonly wholePage = input(false);
}
