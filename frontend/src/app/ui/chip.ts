import { Component, input } from '@angular/core';
import { Icon } from './icon';
import type { IconName } from './icons';

export type Tone = 'good' | 'wait' | 'bad' | 'work' | 'rest';

/** A word with a colour and, where it says a state, an icon: `<ms-chip tone="wait" icon="hourglass">…</ms-chip>`. */
@Component({
  selector: 'ms-chip',
  imports: [Icon],
  template: `
    @if (icon(); as name) {
      <ms-icon [name]="name" />
    }
    <span><ng-content /></span>
  `,
  styles: `
    :host {
      --ms-icon-size: 0.95rem;

      display: inline-flex;
      align-items: center;
      gap: 0.35rem;
      max-width: 100%;
      padding: 0.15rem 0.55rem;
      border-radius: 7px;
      font-size: 0.85rem;
      font-weight: 550;
      line-height: 1.4;
    }

    span {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    :host(.good) {
      background: var(--ms-good-soft);
      color: var(--ms-good);
    }

    :host(.wait) {
      background: var(--ms-wait-soft);
      color: var(--ms-wait);
    }

    :host(.bad) {
      background: var(--ms-bad-soft);
      color: var(--ms-bad);
    }

    :host(.work) {
      background: var(--ms-work-soft);
      color: var(--ms-work);
    }

    :host(.rest) {
      background: var(--ms-rest-soft);
      color: var(--ms-rest);
    }
  `,
  host: { '[class]': 'tone()' },
})
export class Chip {
  readonly tone = input.required<Tone>();
  readonly icon = input<IconName>();
}
