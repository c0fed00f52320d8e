import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';
import { duration } from '../ui/duration';
import { Time } from '../ui/time';
import { historialOf } from './historial';
import type { Suceso } from './tarea';

/** What happened to a task, in order, with the time between. */
@Component({
  selector: 'ms-tarea-historial',
  imports: [Time, TranslocoDirective],
  template: `
    <ol *transloco="let t; prefix: 'tareas'">
      @for (step of steps(); track $index) {
        <li [class]="step.tone">
          <div class="what">
            <strong>{{
              step.isKnown ? t('sucesos.' + step.tipo, { intento: step.intento }) : step.tipo
            }}</strong>
            @if (step.after !== undefined) {
              <span class="ms-soft ms-number">+{{ durationOf(step.after) }}</span>
            }
          </div>
          <ms-time class="ms-soft" [value]="step.momento" [exact]="true" />
          @if (step.detail; as detail) {
            <p>{{ detail }}</p>
          }
        </li>
      }
    </ol>
  `,
  styleUrl: './tarea-historial.scss',
})
export class TareaHistorial {
  readonly historial = input.required<readonly Suceso[]>();

  readonly #idioma = inject(Idioma).codigo;
  protected readonly steps = computed(() => historialOf(this.historial()));
  protected readonly durationOf = (ms: number): string => duration(ms, this.#idioma());
}
