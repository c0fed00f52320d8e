import { Component, input } from '@angular/core';

/** The top of a page: its one `h1`, a line below, and its actions (projected) at the right. */
@Component({
  selector: 'ms-page-header',
  template: `
    <div class="texts">
      <h1 tabindex="-1">{{ heading() }}</h1>
      @if (text(); as text) {
        <p class="ms-soft">{{ text }}</p>
      }
    </div>
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      justify-content: space-between;
      gap: 0.75rem 1.5rem;
      margin-bottom: 1.5rem;
    }

    h1:focus {
      outline: none;
    }

    .texts {
      min-width: 0;
      max-width: 60ch;
    }

    p {
      margin-top: 0.25rem;
    }

    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 0.5rem;
    }

    .actions:empty {
      display: none;
    }
  `,
})
export class PageHeader {
  readonly heading = input.required<string>();
  readonly text = input<string>();
}
