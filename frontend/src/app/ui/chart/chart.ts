import { Component, computed, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Idioma } from '../../core/i18n/idioma';
import { Icon } from '../icon';
import { ChartDrawing } from './chart-drawing';
import type { ChartKind, ChartSeries } from './chart-options';
import { chartOptions, chartRows, colorOf, formatValue, formatX, strokeOf } from './chart-options';

/**
 * A chart that can be read as a table as well:
 *
 *     <ms-chart [heading]="t('colas')" kind="line" [series]="[{ name: 'default', points: [[1767225600000, 3]] }]" unit="ms" />
 *
 * The x of a point is a moment in ms, or a category. `--ms-chart-height` is the height of the drawing.
 */
@Component({
  selector: 'ms-chart',
  imports: [ChartDrawing, Icon, TranslocoDirective],
  templateUrl: './chart.html',
  styleUrl: './chart.scss',
})
export class Chart {
  readonly heading = input.required<string>();
  readonly kind = input<ChartKind>('line');
  readonly series = input.required<readonly ChartSeries[]>();
  readonly unit = input('');

  protected readonly colorOf = colorOf;
  protected readonly strokeOf = strokeOf;
  protected readonly asTable = signal(false);
  readonly #idioma = inject(Idioma).codigo;
  readonly #animated = !matchMedia('(prefers-reduced-motion: reduce)').matches;

  protected readonly isEmpty = computed(() => this.series().every(({ points }) => points.length === 0));
  protected readonly options = computed(() =>
    chartOptions({
      kind: this.kind(),
      series: this.series(),
      unit: this.unit(),
      idioma: this.#idioma(),
      animated: this.#animated,
    }),
  );
  protected readonly rows = computed(() =>
    chartRows(this.series()).map(({ x, values }) => ({
      x: formatX(x, this.#idioma()),
      values: values.map((value) => formatValue(value, this.unit(), this.#idioma())),
    })),
  );
  /** Said instead of the drawing: where each line ends, or every bar. */
  protected readonly summary = computed(() => {
    const format = (value: number | null) => formatValue(value, this.unit(), this.#idioma());
    return this.series()
      .map(({ name, points }) =>
        this.kind() === 'bar'
          ? `${name}: ${points.map(([x, y]) => `${formatX(x, this.#idioma())} ${format(y)}`).join(', ')}`
          : `${name} ${format(points.findLast(([, y]) => y !== null)?.[1] ?? null)}`,
      )
      .join('; ');
  });

  protected toggleTable(): void {
    this.asTable.update((shown) => !shown);
  }
}
