import { Component, computed, inject } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { TranslocoDirective } from '@jsverse/transloco';
import { diagnose } from './diagnostico';
import type { Finding } from './diagnostico';
import type { Estado } from './estado-vivo';
import { EstadoVivo } from './estado-vivo';

/** Whether the platform is healthy, and the findings if it is not. */
@Component({
  selector: 'ms-monitor-verdict',
  imports: [MatIcon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'monitor'">
      @if (vivo.estado(); as estado) {
        <mat-icon
          class="mark"
          [svgIcon]="tone() === 'good' ? 'circle-check' : tone() === 'rest' ? 'wifi-off' : 'triangle-alert'"
          aria-hidden="true"
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
                <li [class]="finding.tone">
                  <button type="button" (click)="show(finding.part)">
                    {{ t('hallazgo.' + finding.key, finding.params) }}
                    <mat-icon svgIcon="chevron-right" aria-hidden="true" />
                  </button>
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
  protected readonly findings = computed((): Finding[] => {
    const estado = this.vivo.estado();
    return estado ? diagnose(estado, this.vivo.serverNow()) : [];
  });
  /** The last reading failed, so what is shown may be out of date. */
  protected readonly isStale = computed(() => this.vivo.error() !== undefined);
  protected readonly tone = computed(() => (this.isStale() ? 'rest' : (this.findings()[0]?.tone ?? 'good')));
  protected readonly heading = computed(() => {
    if (this.isStale()) return 'sin_noticias';
    const { length } = this.findings();
    return length === 0 ? 'bien' : length === 1 ? 'una' : 'varias';
  });

  protected countsOf({ servicios, workers }: Estado): Record<string, number> {
    return { servicios: Object.keys(servicios).length, workers: workers?.length ?? 0 };
  }

  protected show(part: Finding['part']): void {
    const section = document.getElementById(part);
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  }
}
