import { Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Reporte } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../../core/api/logistica-api';
import { Idioma } from '../../core/i18n/idioma';
import { Chart } from '../../ui/chart/chart';
import type { ChartSeries } from '../../ui/chart/chart-options';
import { duration } from '../../ui/duration';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { NumberPipe } from '../../ui/number-pipe';
import { StateChip } from '../../ui/state-chip';
import { barLabel, barsOf } from './reporte-series';
import { saveFile } from './save-file';

const CONFIRMACIONES = [
  'aceptadas',
  'aplicadas',
  'rechazadas',
  'muertas',
  'con_reintentos',
  'reintentos',
] as const;
const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;

/** The figures of a finished report, drawn, listed and to be downloaded. */
@Component({
  selector: 'ms-reporte-view',
  imports: [Chart, EmptyState, ErrorState, Icon, NumberPipe, RouterLink, StateChip, TranslocoDirective],
  templateUrl: './reporte-view.html',
  styleUrl: './reporte-view.scss',
})
export class ReporteView {
  readonly reporte = input.required<Reporte>();
  readonly taskId = input.required<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #transloco = inject(TranslocoService);
  readonly #idioma = inject(Idioma).codigo;

  protected readonly confirmaciones = CONFIRMACIONES;
  protected readonly percentiles = PERCENTILES;
  protected readonly estados = computed(() => Object.entries(this.reporte().entregas.por_estado));
  protected readonly periodo = computed(() => {
    const { desde, hasta } = this.reporte().periodo;
    const format = (moment: string) =>
      new Date(moment).toLocaleString(this.#idioma(), {
        dateStyle: 'medium',
        timeStyle: 'short',
        timeZone: 'UTC',
      });
    return { desde: format(desde), hasta: format(hasta) };
  });
  protected readonly series = computed((): ChartSeries[] => {
    const idioma = this.#idioma();
    const bars = barsOf(this.reporte());
    if (this.reporte().entregas.total === 0) return [];
    return (['creadas', 'entregadas'] as const).map((name) => ({
      name: this.#transloco.translate<string>(`tareas.reporte.${name}`, {}, idioma),
      points: bars.map((bar) => [barLabel(bar.cuando, idioma), bar[name]] as const),
    }));
  });
  protected readonly isDownloading = signal(false);
  protected readonly failure = signal<unknown>(undefined);

  protected readonly durationOf = (ms: number): string => duration(ms, this.#idioma());

  protected async download(): Promise<void> {
    this.isDownloading.set(true);
    this.failure.set(undefined);
    try {
      const task_id = this.taskId();
      const { data } = await this.#logistica.call('GET /reportes/:task_id.csv', { params: { task_id } });
      saveFile(`reporte-${task_id}.csv`, 'text/csv;charset=utf-8', data);
    } catch (error) {
      this.failure.set(error);
    } finally {
      this.isDownloading.set(false);
    }
  }
}
