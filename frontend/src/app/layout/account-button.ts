import { Component, computed, input } from '@angular/core';
import { Icon } from '../ui/icon';

/** What the account's button shows: the user's initial, and on a desktop their name. */
@Component({
  selector: 'button[msAccount]',
  imports: [Icon],
  template: `
    <span class="initial" aria-hidden="true" [attr.data-initial]="initial()"></span>
    <span class="name" aria-hidden="true">{{ nombre() }}</span>
    <ms-icon name="chevron-down" />
  `,
  styles: `
    @use 'screen';

    :host {
      --ms-icon-size: 1rem;

      display: inline-flex;
      align-items: center;
      gap: 0.55rem;
      height: min(2.5rem, 44px);
      padding: 0 0.5rem 0 0.3rem;
      border: 0;
      border-radius: 10px;
      background: transparent;
      color: inherit;
      font: inherit;
      font-weight: 550;
      cursor: pointer;
    }

    :host(:hover) {
      background: var(--mat-sys-surface-variant);
    }

    .initial {
      display: grid;
      place-items: center;
      width: min(1.9rem, 40px);
      height: min(1.9rem, 40px);
      border-radius: 50%;
      background: var(--mat-sys-primary);
      color: var(--mat-sys-on-primary);
      font-size: 0.9rem;

      &::before {
        content: attr(data-initial);
      }
    }

    .name {
      max-width: 12rem;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    @include screen.phone {
      :host {
        padding: 0 0.3rem;
      }

      .name,
      ms-icon {
        display: none;
      }
    }
  `,
  host: { type: 'button', 'aria-haspopup': 'menu' },
})
export class AccountButton {
  readonly nombre = input.required<string>();
  protected readonly initial = computed(() => Array.from(this.nombre())[0]?.toLocaleUpperCase() ?? '');
}
