import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../ui/icon';
import type { Estado } from './estado-vivo';
import { EstadoVivo } from './estado-vivo';

type Finding = Estado['diagnostico'][number];

const TONES = { critical: 'bad', degraded: 'bad', warning: 'wait', notice: 'wait' } as const satisfies Record<
  Finding['severity'],
  string
>;

/** Id of the part of the page that shows it. */
const PARTS = {
  servicio_caido: 'servicios',
  servicio_degradado: 'servicios',
  base_mal: 'redis',
  redis_desconectado: 'redis',
  redis_sin_aof: 'redis',
  redis_politica: 'redis',
  cola_desatendida: 'colas',
  cola_pausada: 'colas',
  cola_fallidos: 'colas',
  sin_workers: 'workers',
  worker_callado: 'workers',
  worker_lento: 'workers',
  tarea_larga: 'workers',
} as const satisfies Record<Finding['code'], string>;

/** Whether the platform is healthy, and the findings if it is not. */
@Component({
  selector: 'ms-monitor-verdict',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'monitor'">
      @if (vivo.estado(); as estado) {
        <ms-icon
          class="mark"
          [name]="tone() === 'good' ? 'circle-check' : tone() === 'rest' ? 'wifi-off' : 'triangle-alert'"
        />
        <div class="body" role="status">
          <h2>{{ t('veredicto.' + heading(), { cuenta: findings().length }) }}</h2>
          @if (findings().length === 0) {
            <p>
              {{
                isStale()
                  ? t('veredicto.antes', { segundos: vivo.age() })
                  : t('veredicto.responden', countsOf(estado))
              }}
            </p>
          } @else {
            <ul>
              @for (finding of findings(); track $index) {
                <li [class]="TONES[finding.severity]">
                  <button type="button" (click)="show(PARTS[finding.code])">
                    {{ t('hallazgo.' + finding.code, finding.params) }}
                    <ms-icon name="chevron-right" />
                  </button>
                  <p>{{ t('consejo.' + finding.code, finding.params) }}</p>
                </li>
              }
            </ul>
          }
        </div>
      }
    </ng-container>
  `,
  styleUrl: './verdict.scss',
  host: { '[class]': 'tone()' },
})
export class Verdict {
  protected readonly vivo = inject(EstadoVivo);
  protected readonly TONES = TONES;
  protected readonly PARTS = PARTS;
  protected readonly findings = computed((): Finding[] => this.vivo.estado()?.diagnostico ?? []);
  /** The last reading failed, so what is shown may be out of date. */
  protected readonly isStale = computed(() => this.vivo.error() !== undefined);
  protected readonly tone = computed(() => {
    const worst = this.findings()[0];
    return this.isStale() ? 'rest' : worst ? TONES[worst.severity] : 'good';
  });
  protected readonly heading = computed(() => {
    if (this.isStale()) return 'sin_noticias';
    const { length } = this.findings();
    return length === 0 ? 'bien' : length === 1 ? 'una' : 'varias';
  });

  protected countsOf({ servicios }: Estado): Record<string, number> {
    return { servicios: Object.keys(servicios).length, workers: this.vivo.aliveWorkers() ?? 0 };
  }

  protected show(part: string): void {
    const section = document.getElementById(part);
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  }
}
