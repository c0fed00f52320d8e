import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Chart } from '../ui/chart/chart';
import type { ChartPoint, ChartSeries } from '../ui/chart/chart-options';
import { Chip } from '../ui/chip';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { NumberPipe } from '../ui/number-pipe';
import { Skeleton } from '../ui/skeleton';
import type { Colas } from './estado-vivo';
import { EstadoVivo } from './estado-vivo';
import { joinPoints, storedSeries } from './historia';

type Cola = Colas[string];
/** The platform's own; those of services come after them. */
const FIRST = ['logistica', 'default', 'monitor'];
const FIGURES = ['waiting', 'active', 'delayed', 'failed', 'completed', 'throughput'] as const;

/** Each queue now, and all of them over the last hour. */
@Component({
  selector: 'ms-colas-panel',
  imports: [Chart, Chip, EmptyState, ErrorState, NumberPipe, Skeleton, TranslocoDirective],
  templateUrl: './colas-panel.html',
  styleUrls: ['./panel.scss', './colas-panel.scss'],
})
export class ColasPanel {
  readonly #vivo = inject(EstadoVivo);
  protected readonly historia = storedSeries('cola.');
  protected readonly figureNames = FIGURES;
  protected readonly queues = computed(() => {
    const queues = this.#vivo.estado()?.queues;
    return queues && this.#names().flatMap((name) => (queues[name] ? [{ name, ...queues[name] }] : []));
  });
  readonly #names = computed(() => [
    ...new Set([...FIRST, ...Object.keys(this.#vivo.estado()?.queues ?? {})]),
  ]);
  protected readonly waiting = computed(() => this.#chartSeries('waiting'));
  protected readonly throughput = computed(() => this.#chartSeries('throughput'));

  #chartSeries(figure: 'waiting' | 'throughput'): ChartSeries[] {
    const stored = this.historia.series();
    const samples = this.#vivo.samples();
    return this.#names().map((name) => ({
      name,
      points: joinPoints(
        stored?.get(`cola.${name}.${figure}`) ?? [],
        samples.flatMap(({ momento, colas }): ChartPoint[] => {
          const value = colas[name]?.[figure] ?? null;
          return value === null ? [] : [[momento, value]];
        }),
        samples.at(-1)?.momento ?? Date.now(),
      ),
    }));
  }

  protected lookOf({ paused, status }: Cola): { tone: 'wait' | 'work' | 'rest'; key: string } {
    if (paused) return { tone: 'wait', key: 'pausada' };
    return status === 'active' ? { tone: 'work', key: 'activa' } : { tone: 'rest', key: 'en_reposo' };
  }
}
