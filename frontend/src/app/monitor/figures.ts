import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NumberPipe } from '../ui/number-pipe';
import { EstadoVivo } from './estado-vivo';

/** The figures of all queues together, and of the workers. */
@Component({
  selector: 'ms-monitor-figures',
  imports: [NumberPipe, TranslocoDirective],
  template: `
    <dl *transloco="let t; prefix: 'monitor.cifras'">
      @for (figure of figures(); track figure.key) {
        <div>
          <dt>{{ t(figure.key) }}</dt>
          <dd [class.alarming]="figure.alarming">
            {{ figure.value === null ? '–' : (figure.value | msNumber) }}
          </dd>
        </div>
      }
    </dl>
  `,
  styles: `
    @use 'screen';

    :host {
      display: block;
    }

    dl {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 8rem), 1fr));
      margin: 0;
      padding: 0;
    }

    div {
      display: grid;
      padding: 0.25rem 1.25rem;
      border-left: 1px solid var(--mat-sys-outline-variant);
    }

    div:first-child {
      padding-left: 0;
      border-left: 0;
    }

    dt {
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.88rem;
    }

    dd {
      margin: 0;
      font-size: 1.65rem;
      font-weight: 620;
      letter-spacing: -0.02em;
      line-height: 1.25;
      font-variant-numeric: tabular-nums;
    }

    .alarming {
      color: var(--ms-bad);
    }

    @include screen.phone {
      dl {
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 7rem), 1fr));
        gap: 0.75rem 0;
      }

      div {
        padding: 0;
        border: 0;
      }
    }
  `,
})
export class Figures {
  readonly #vivo = inject(EstadoVivo);

  protected readonly figures = computed(() => {
    const { queues } = this.#vivo.estado() ?? {};
    const workers = this.#vivo.aliveWorkers();
    const colas = queues ? Object.values(queues) : undefined;
    const sum = (of: (cola: NonNullable<typeof colas>[number]) => number) =>
      colas ? colas.reduce((total, cola) => total + of(cola), 0) : null;
    const failed = sum((cola) => cola.failed);
    return [
      { key: 'en_espera', value: sum((cola) => cola.length) },
      { key: 'en_curso', value: sum((cola) => cola.active) },
      { key: 'fallidos', value: failed, alarming: (failed ?? 0) > 0 },
      { key: 'por_minuto', value: sum((cola) => cola.throughput ?? 0) },
      { key: 'workers', value: workers, alarming: workers === 0 },
    ];
  });
}
