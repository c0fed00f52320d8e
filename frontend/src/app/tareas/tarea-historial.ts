import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Evento } from '../core/eventos/evento';
import { attemptOf, reasonOf } from '../core/eventos/evento';
import { Idioma } from '../core/i18n/idioma';
import { duration } from '../ui/duration';
import { Time } from '../ui/time';
import { sucesoDe } from '../ui/sucesos';
import { historialOf } from './historial';

/** What happened to a task, in order, with the time between. */
@Component({
  selector: 'ms-tarea-historial',
  imports: [Time, TranslocoDirective],
  template: `
    <ol *transloco="let t; prefix: 'sucesos'">
      @for (evento of eventos(); track $index) {
        <li [class]="sucesoDe(evento)?.tone">
          <div class="what">
            <strong>{{
              sucesoDe(evento) ? t(evento.tipo, { intento: attemptOf(evento) }) : evento.tipo
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
  protected readonly reasonOf = reasonOf;
  protected readonly sucesoDe = sucesoDe;
  protected readonly durationOf = (ms: number): string => duration(ms, this.#idioma());
}
