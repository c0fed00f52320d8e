import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { EventData, MonitorOperations } from '@medisupply/api-client/operations';
import { STALE_AFTER_MS } from '@medisupply/shared/contracts/vocabulary';
import { MonitorApi } from '../core/api/monitor-api';
import { Eventos } from '../core/eventos/eventos';
import { lastHour } from './historia';
import { whileVisible } from './while-visible';

export type Estado = MonitorOperations['GET /status']['answer'];
export type Colas = NonNullable<Estado['queues']>;
export type Worker = NonNullable<Estado['workers']>[number];

/** How often the state is read, for what no event carries (ms). */
const EVERY = 4_000;
const MAX_NOTICES = 5;

export interface ColasSample {
  momento: number;
  colas: Colas;
}

/** The state of the platform: read every few seconds, and updated by events in between. */
@Injectable()
export class EstadoVivo {
  readonly #monitor = inject(MonitorApi);
  readonly #eventos = inject(Eventos);
  readonly #estado = signal<Estado | undefined>(undefined);
  readonly #error = signal<unknown>(undefined);
  readonly #read = signal(Date.now());
  readonly #now = signal(Date.now());
  readonly #ahead = signal(0);
  readonly #samples = signal<readonly ColasSample[]>([]);
  readonly #notices = signal<readonly EventData['worker'][]>([]);

  readonly estado = this.#estado.asReadonly();
  /** Of the last reading; what was read before stays. */
  readonly error = this.#error.asReadonly();
  readonly samples = this.#samples.asReadonly();
  /** Workers that came and went since the page is open, the latest first. */
  readonly notices = this.#notices.asReadonly();
  /** The platform's clock: how long something has lasted does not depend on this browser's. */
  readonly serverNow = computed(() => this.#now() + this.#ahead());
  /** Seconds since the last answer or event. */
  readonly age = computed(() => Math.max(0, Math.round((this.#now() - this.#read()) / 1_000)));
  readonly stream = this.#eventos.estado;
  readonly isCut = computed(() => this.stream() === 'cortado' || this.error() !== undefined);

  readonly refresh = whileVisible(EVERY, (stop) => this.#readState(stop));

  /** Null while nobody knows. */
  readonly aliveWorkers = computed(
    () => this.#estado()?.workers?.filter((worker) => !this.isSilent(worker)).length ?? null,
  );

  isSilent({ last_seen }: Worker): boolean {
    return this.serverNow() - Date.parse(last_seen) > STALE_AFTER_MS;
  }

  constructor() {
    const clock = setInterval(() => this.#now.set(Date.now()), 1_000);
    inject(DestroyRef).onDestroy(() => clearInterval(clock));
    this.#eventos.escuchar('colas', ({ queues }) => {
      this.#estado.update((before) => before && { ...before, queues });
      this.#take(queues);
    });
    this.#eventos.escuchar('worker', (notice) => {
      this.#notices.update((before) => [notice, ...before].slice(0, MAX_NOTICES));
      this.refresh();
    });
    this.#eventos.escuchar('redis', () => this.refresh());
    this.#eventos.escuchar('hueco', () => this.refresh());
  }

  async #readState(stop: AbortSignal): Promise<void> {
    try {
      const { data } = await this.#monitor.call('GET /status', { signal: stop });
      this.#estado.set(data);
      this.#ahead.set(Date.parse(data.timestamp) - Date.now());
      this.#error.set(undefined);
      if (data.queues) this.#take(data.queues);
      else this.#markFresh();
    } catch (error) {
      if (!stop.aborted) this.#error.set(error);
    }
  }

  #take(colas: Colas): void {
    this.#markFresh();
    const momento = this.#read();
    this.#samples.update((before) => lastHour([...before, { momento, colas }], momento));
  }

  #markFresh(): void {
    this.#read.set(Date.now());
    this.#now.set(Date.now());
  }
}
