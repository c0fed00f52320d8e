import { Component, computed, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { TranslocoDirective } from '@jsverse/transloco';
import type { IconName } from './icons';

interface Look {
  tone: 'good' | 'wait' | 'bad' | 'work' | 'rest';
  icon: IconName;
}

const ENTREGA: Readonly<Record<string, Look>> = {
  ENTREGADA: { tone: 'good', icon: 'circle-check' },
  PENDING_SYSTEM_CONFIRMATION: { tone: 'wait', icon: 'hourglass' },
  FAILED_MAX_RETRIES: { tone: 'bad', icon: 'circle-x' },
  CANCELADA: { tone: 'rest', icon: 'ban' },
};

const TAREA: Readonly<Record<string, Look>> = {
  PENDING: { tone: 'wait', icon: 'hourglass' },
  STARTED: { tone: 'work', icon: 'play' },
  RETRY: { tone: 'wait', icon: 'rotate-ccw' },
  SUCCESS: { tone: 'good', icon: 'circle-check' },
  FAILURE: { tone: 'bad', icon: 'circle-x' },
  REVOKED: { tone: 'rest', icon: 'ban' },
};

/** The state of a delivery (those that people make up are shown as they wrote them) or of a task. */
@Component({
  selector: 'ms-state-chip',
  imports: [MatIcon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'estados'">
      <mat-icon [svgIcon]="look().icon" aria-hidden="true" />
      <span>{{ isKnown() ? t(kind() + '.' + state()) : state() }}</span>
    </ng-container>
  `,
  styles: `
    :host {
      --ms-icon-size: 0.95rem;

      display: inline-flex;
      align-items: center;
      gap: 0.35rem;
      max-width: 100%;
      padding: 0.15rem 0.6rem 0.15rem 0.45rem;
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
  host: { '[class]': 'look().tone', '[attr.data-state]': 'state()' },
})
export class StateChip {
  readonly kind = input.required<'entrega' | 'tarea'>();
  readonly state = input.required<string>();

  readonly #known = computed(() => (this.kind() === 'entrega' ? ENTREGA : TAREA)[this.state()]);
  protected readonly isKnown = computed(() => this.#known() !== undefined);
  protected readonly look = computed<Look>(() => this.#known() ?? { tone: 'work', icon: 'truck' });
}
