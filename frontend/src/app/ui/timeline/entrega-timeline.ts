import { Component, computed, effect, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Evento } from '../../core/eventos/evento';
import { attemptOf, reasonOf } from '../../core/eventos/evento';
import { Idioma } from '../../core/i18n/idioma';
import { featureTexts } from '../../core/i18n/transloco';
import { duration } from '../duration';
import { ErrorState } from '../error-state';
import { Icon } from '../icon';
import { Skeleton } from '../skeleton';
import { sucesoDe } from '../sucesos';
import { preciseTime } from '../time';
import { followConfirmacion } from './follow-confirmacion';
import { total } from './steps';

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
  imports: [ErrorState, Icon, Skeleton, TranslocoDirective],
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

  readonly #idioma = inject(Idioma).codigo;
  readonly #course = followConfirmacion(this.taskId, this.antes);

  protected readonly tarea = this.#course.tarea;
  protected readonly known = this.#course.known;
  protected readonly steps = this.#course.steps;
  protected readonly ended = computed(() => this.#course.end() !== undefined);
  protected readonly attemptOf = attemptOf;
  protected readonly reasonOf = reasonOf;
  protected readonly total = computed(() => duration(total(this.steps()), this.#idioma()));
  protected readonly sucesoDe = sucesoDe;
  protected readonly waitingFor = computed(() => sucesoDe(this.steps().at(-1) ?? FIRST)?.espera);

  constructor() {
    let wasOpen = false;
    effect(() => {
      if (this.steps().length === 0) return;
      if (wasOpen && this.ended()) this.terminada.emit();
      wasOpen = !this.ended();
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
