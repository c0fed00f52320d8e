import { Component, computed, inject, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MonitorApi } from '../core/api/monitor-api';
import { Chart } from '../ui/chart/chart';
import type { ChartSeries } from '../ui/chart/chart-options';
import { ErrorState } from '../ui/error-state';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';

@Component({
  selector: 'ms-monitor-page',
  imports: [Chart, ErrorState, PageHeader, Skeleton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('monitor.titulo')" />
      <section class="ms-card">
        @if (metricas.hasValue()) {
          <ms-chart [heading]="t('monitor.colas.en_espera')" kind="area" [series]="waiting()" />
        } @else if (metricas.error(); as error) {
          <ms-error-state [error]="error" [retryable]="true" (retry)="metricas.reload()" />
        } @else {
          <ms-skeleton [lines]="6" height="1.5rem" />
        }
      </section>
    </ng-container>
  `,
})
export class MonitorPage {
  readonly #monitor = inject(MonitorApi);
  protected readonly metricas = resource({
    loader: async ({ abortSignal }) =>
      (await this.#monitor.call('GET /metricas', { query: { nombre: 'cola.' }, signal: abortSignal })).data,
  });
  protected readonly waiting = computed((): ChartSeries[] =>
    ['default', 'logistica', 'monitor'].map((cola) => ({
      name: cola,
      points:
        this.metricas
          .value()
          ?.series.find(({ nombre }) => nombre === `cola.${cola}.waiting`)
          ?.puntos.map(({ momento, promedio }) => [Date.parse(momento), promedio] as const) ?? [],
    })),
  );
}
