import { Component, computed, inject, signal } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import type { MonitorOperations } from '@medisupply/api-client/operations';
import { TranslocoDirective } from '@jsverse/transloco';
import { MonitorApi } from '../core/api/monitor-api';
import { Chart } from '../ui/chart/chart';
import type { ChartPoint } from '../ui/chart/chart-options';
import { Chip } from '../ui/chip';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import { Skeleton } from '../ui/skeleton';
import { Time } from '../ui/time';
import { joinPoints, storedSeries } from './historia';
import { whileVisible } from './while-visible';

type EstadoLogistica = MonitorOperations['GET /logistica-status']['answer'];
type Ping = MonitorOperations['GET /ping-logistica']['answer'];

const EVERY = 15_000;
const SERIE = 'servicio.logistica-inventario.response_time_ms';
/** Answers of a ping that failed: its result, not a problem document. */
const FAILED_PINGS: ReadonlySet<number> = new Set([408, 500, 503]);

/** How logistica answers, now and over the last hour, and what the platform recommends. */
@Component({
  selector: 'ms-logistica-panel',
  imports: [Chart, Chip, ErrorState, Icon, NumberPipe, Skeleton, Time, TranslocoDirective],
  templateUrl: './logistica-panel.html',
  styleUrls: ['./panel.scss', './logistica-panel.scss'],
})
export class LogisticaPanel {
  readonly #monitor = inject(MonitorApi);
  readonly #pings = signal<readonly Ping[]>([]);
  protected readonly historia = storedSeries(SERIE);
  protected readonly estado = signal<EstadoLogistica | undefined>(undefined);
  protected readonly failure = signal<unknown>(undefined);
  protected readonly isPinging = signal(false);
  /** The last ping that the user asked for. */
  protected readonly lastPing = signal<Ping | undefined>(undefined);
  protected readonly response = computed(() => [
    {
      name: 'logistica-inventario',
      points: joinPoints(
        this.historia.series()?.get(SERIE) ?? [],
        this.#pings()
          .filter(({ ping_successful }) => ping_successful)
          .map(({ timestamp, response_time_ms }): ChartPoint => [Date.parse(timestamp), response_time_ms]),
        Date.now(),
      ),
    },
  ]);

  protected readonly refresh = whileVisible(EVERY, async (stop) => {
    try {
      const { data } = await this.#monitor.call('GET /logistica-status', { signal: stop });
      this.estado.set(data);
      this.failure.set(undefined);
      this.#keep(data.ping_echo);
    } catch (error) {
      if (!stop.aborted) this.failure.set(error);
    }
  });

  protected lookOf(status: EstadoLogistica['overall_status']): 'good' | 'wait' | 'bad' {
    if (status === 'healthy') return 'good';
    return status === 'degraded' ? 'wait' : 'bad';
  }

  protected async ping(): Promise<void> {
    this.isPinging.set(true);
    try {
      const ping = await this.#pingNow();
      this.lastPing.set(ping);
      this.#keep(ping);
      this.failure.set(undefined);
    } catch (error) {
      this.failure.set(error);
    } finally {
      this.isPinging.set(false);
    }
  }

  async #pingNow(): Promise<Ping> {
    try {
      return (await this.#monitor.call('GET /ping-logistica')).data;
    } catch (error) {
      if (!(error instanceof ApiError) || !FAILED_PINGS.has(error.status)) throw error;
      const { data } = await this.#monitor.call('GET /logistica-status');
      this.estado.set(data);
      return data.ping_echo;
    }
  }

  #keep(ping: Ping): void {
    this.#pings.update((before) => [...before, ping].slice(-300));
  }
}
