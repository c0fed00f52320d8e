import {
  afterNextRender,
  Component,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import type { EChartsType } from 'echarts/core';
import type { ChartOptions } from './chart-options';

/** ECharts for as long as this element is on the page, in its size. */
@Component({
  selector: 'ms-chart-drawing',
  template: '',
  styles: `
    :host {
      display: block;
      height: var(--ms-chart-height, 14rem);
      min-width: 0;
    }
  `,
  host: { role: 'img' },
})
export class ChartDrawing {
  readonly options = input.required<ChartOptions>();
  /** ECharts could not be loaded. */
  readonly failed = output();

  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #destroyRef = inject(DestroyRef);
  readonly #chart = signal<EChartsType | undefined>(undefined);

  constructor() {
    afterNextRender(() => void this.#start());
    effect(() => this.#chart()?.setOption(this.options(), { replaceMerge: ['series'] }));
  }

  async #start(): Promise<void> {
    const echarts = await import('./echarts').catch(() => undefined);
    if (this.#destroyRef.destroyed) return;
    if (!echarts) return this.failed.emit();
    const chart = echarts.init(this.#host, null, { renderer: 'svg' });
    const resizing = new ResizeObserver(() => chart.resize());
    resizing.observe(this.#host);
    this.#destroyRef.onDestroy(() => {
      resizing.disconnect();
      chart.dispose();
    });
    this.#chart.set(chart);
  }
}
