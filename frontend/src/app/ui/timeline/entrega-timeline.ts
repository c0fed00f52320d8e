import { Component, computed, effect, inject, input, linkedSignal, output } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { TranslocoDirective } from '@jsverse/transloco';
import { readTarea } from '../../core/api/read-tarea';
import type { Evento } from '../../core/eventos/evento';
import { attemptOf, reasonOf } from '../../core/eventos/evento';
import { Eventos } from '../../core/eventos/eventos';
import { readWhenLive } from '../../core/eventos/read-when-live';
import { Idioma } from '../../core/i18n/idioma';
import { featureTexts } from '../../core/i18n/transloco';
import { duration } from '../duration';
import { ErrorState } from '../error-state';
import { lastValue } from '../last-value';
import { Skeleton } from '../skeleton';
import { sucesoDe } from '../sucesos';
import { preciseTime } from '../time';
import { hasEnded, stepsOf, total } from './steps';

/** How often the history is read while no live events come (ms). */
const READ_EVERY = 3_000;

/** What has no step yet was received. */
const FIRST = { tipo: 'recibida' } as const;

const CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
};

/** How one confirmation went, step by step, each with its time and the time since the one before; live. */
@Component({
  selector: 'ms-entrega-timeline',
  imports: [ErrorState, MatIcon, Skeleton, TranslocoDirective],
  templateUrl: './entrega-timeline.html',
  styleUrl: './entrega-timeline.scss',
  providers: [
    featureTexts('timeline', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
  ],
})
export class EntregaTimeline {
  readonly taskId = input.required<string>();
  /** The events that only this device knows. */
  readonly antes = input<readonly Evento[]>([]);
  /** Applied, refused or out of retries, seen while the timeline was open. */
  readonly terminada = output();

  readonly #eventos = inject(Eventos);
  readonly #idioma = inject(Idioma).codigo;
  readonly #live = linkedSignal<string, readonly Evento[]>({ source: this.taskId, computation: () => [] });

  protected readonly tarea = readTarea(this.taskId);
  protected readonly known = lastValue(this.tarea, this.taskId);
  protected readonly attemptOf = attemptOf;
  protected readonly reasonOf = reasonOf;
  protected readonly steps = computed(() =>
    stepsOf([...this.antes(), ...(this.known()?.historial ?? []), ...this.#live()]),
  );
  protected readonly ended = computed(() => hasEnded(this.steps()));
  protected readonly total = computed(() => duration(total(this.steps()), this.#idioma()));
  protected readonly sucesoDe = sucesoDe;
  protected readonly waitingFor = computed(() => sucesoDe(this.steps().at(-1) ?? FIRST)?.espera);

  constructor() {
    this.#eventos.escuchar('entrega', ({ task_id, tipo, momento, datos }) => {
      if (task_id !== this.taskId()) return;
      this.#live.update((before) => [...before, { tipo, momento, ...(datos ? { datos } : {}) }]);
    });
    this.#eventos.escuchar('hueco', () => this.tarea.reload());
    this.#eventos.escuchar('redis', () => this.tarea.reload());
    readWhenLive(this.tarea);
    let wasOpen = false;
    effect(() => {
      if (this.steps().length === 0) return;
      if (wasOpen && this.ended()) this.terminada.emit();
      wasOpen = !this.ended();
    });
    effect((onCleanup) => {
      if (this.ended() || this.#eventos.estado() === 'conectado') return;
      const timer = setInterval(() => this.tarea.reload(), READ_EVERY);
      onCleanup(() => clearInterval(timer));
    });
  }

  protected said(ms: number): string {
    return duration(ms, this.#idioma());
  }

  protected precise(momento: string): string {
    return preciseTime(momento, this.#idioma());
  }

  protected clockTime(momento: string): string {
    return new Date(momento).toLocaleTimeString(this.#idioma(), CLOCK);
  }
}
