import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Chip } from '../ui/chip';
import type { Tone } from '../ui/chip';
import type { IconName } from '../ui/icons';
import { NumberPipe } from '../ui/number-pipe';
import type { Estado } from './estado-vivo';
import { EstadoVivo } from './estado-vivo';

type EstadoServicio = Estado['servicios'][string];

@Component({
  selector: 'ms-servicios-panel',
  imports: [Chip, NumberPipe, TranslocoDirective],
  template: `
    <ul class="rows" *transloco="let t; prefix: 'monitor.servicios'">
      @for (servicio of servicios(); track servicio.name) {
        @let look = lookOf(servicio.status);
        <li [attr.data-servicio]="servicio.name">
          <span class="name">{{ servicio.name }}</span>
          <ms-chip [tone]="look.tone" [icon]="look.icon">{{ t(servicio.status) }}</ms-chip>
          <span class="detail ms-soft ms-number">
            {{ servicio.response_time_ms | msNumber }} ms
            @if (servicio.version; as version) {
              · {{ t('version', { version }) }}
            }
          </span>
        </li>
      }
    </ul>
  `,
  styleUrl: './panel.scss',
  styles: `
    li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: 0.1rem 1rem;
    }

    .detail {
      grid-column: 1 / -1;
      font-size: 0.9rem;
    }
  `,
})
export class ServiciosPanel {
  readonly #estado = inject(EstadoVivo).estado;
  protected readonly servicios = computed(() =>
    Object.entries(this.#estado()?.servicios ?? {}).map(([name, servicio]) => ({ name, ...servicio })),
  );

  protected lookOf(status: EstadoServicio['status']): { tone: Tone; icon: IconName } {
    if (status === 'healthy') return { tone: 'good', icon: 'circle-check' };
    return status === 'degraded'
      ? { tone: 'wait', icon: 'triangle-alert' }
      : { tone: 'bad', icon: 'circle-x' };
  }
}
