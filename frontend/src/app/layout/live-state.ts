import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Eventos } from '../core/eventos/eventos';

/** Whether live events arrive; nothing while no page listens to them. */
@Component({
  selector: 'ms-live-state',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'eventos'">
      @if (estado() !== 'apagado') {
        <span class="dot" aria-hidden="true"></span><span class="text">{{ t(estado()) }}</span>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.5rem;
      min-width: 0;
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.85rem;
    }

    .text {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .dot {
      flex: none;
      width: 0.55rem;
      height: 0.55rem;
      border-radius: 50%;
      background: var(--ms-wait);
    }

    :host(.conectado) .dot {
      background: var(--ms-good);
      animation: breathe 2.4s ease-in-out infinite;
    }

    :host(.cortado) {
      color: var(--ms-bad);
      font-weight: 550;

      .dot {
        background: var(--ms-bad);
      }
    }

    @keyframes breathe {
      50% {
        opacity: 0.35;
      }
    }
  `,
  host: { role: 'status', '[class]': 'estado()' },
})
export class LiveState {
  protected readonly estado = inject(Eventos).estado;
}
