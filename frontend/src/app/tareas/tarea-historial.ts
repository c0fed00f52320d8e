import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Evento } from '../core/eventos/evento';
import { attemptOf, reasonOf } from '../core/eventos/evento';
import { Idioma } from '../core/i18n/idioma';
import { duration } from '../ui/duration';
import { Time } from '../ui/time';
import { historialOf, isKnown, toneOf } from './historial';

/** What happened to a task, in order, with the time between. */
@Component({
  selector: 'ms-tarea-historial',
  imports: [Time, TranslocoDirective],
  template: `
    <ol *transloco="let t; prefix: 'tareas'">
      @for (evento of eventos(); track $index) {
        <li [class]="toneOf(evento)">
          <div class="what">
            <strong>{{
              isKnown(evento) ? t('sucesos.' + evento.tipo, { intento: attemptOf(evento) }) : evento.tipo
            }}</strong>
            @if (evento.elapsed !== undefined) {
              <span class="ms-soft ms-number">+{{ durationOf(evento.elapsed) }}</span>
            }
          </div>
          <ms-time class="ms-soft" [value]="evento.momento" [exact]="true" />
          @if (reasonOf(evento); as reason) {
            <p>{{ reason }}</p>
          }
        </li>
      }
    </ol>
  `,
  styleUrl: './tarea-historial.scss',
})
export class TareaHistorial {
  readonly historial = input.required<readonly Evento[]>();

  readonly #idioma = inject(Idioma).codigo;
  protected readonly eventos = computed(() => historialOf(this.historial()));
  protected readonly attemptOf = attemptOf;
  protected readonly isKnown = isKnown;
  protected readonly reasonOf = reasonOf;
  protected readonly toneOf = toneOf;
  protected readonly durationOf = (ms: number): string => duration(ms, this.#idioma());
}
