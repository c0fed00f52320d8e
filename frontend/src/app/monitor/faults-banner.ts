import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import type { Estado } from './estado-vivo';

/** Says that failures are made on purpose, where, and how many: whoever sees retries must know why. */
@Component({
  selector: 'ms-faults-banner',
  imports: [Icon, NumberPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'monitor.fallas'">
      @if (faulty().length > 0) {
        <div class="banner" role="status">
          <ms-icon name="zap" />
          <div>
            <strong>{{ t('titulo') }}</strong>
            <ul>
              @for (one of faulty(); track one.proceso) {
                <li>
                  {{ one.proceso }}:
                  {{ t('detalle', { porcentaje: one.percent | msNumber, ms: one.FAULT_LATENCY_MS }) }}
                </li>
              }
            </ul>
          </div>
        </div>
      }
    </ng-container>
  `,
  styles: `
    .banner {
      display: flex;
      gap: 0.75rem;
      margin-bottom: 1rem;
      padding: 0.85rem 1.1rem;
      border: 1px solid var(--ms-wait);
      border-radius: var(--ms-radius);
      background: var(--ms-wait-soft);
    }

    ms-icon {
      margin-top: 0.1rem;
      color: var(--ms-wait);
    }

    ul {
      margin: 0.2rem 0 0;
      padding-left: 1.1rem;
      overflow-wrap: anywhere;
    }
  `,
})
export class FaultsBanner {
  readonly fallas = input.required<Estado['fallas_inyectadas']>();

  protected readonly faulty = computed(() =>
    this.fallas()
      .procesos.filter(({ FAULT_RATE, FAULT_LATENCY_MS }) => FAULT_RATE > 0 || FAULT_LATENCY_MS > 0)
      .map((one) => ({ ...one, percent: Math.round(one.FAULT_RATE * 1_000) / 10 })),
  );
}
