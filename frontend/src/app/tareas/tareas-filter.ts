import { Component, inject, input, output, signal } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { TASK_STATUSES } from '@medisupply/shared/contracts/vocabulary';
import { SearchBox } from '../ui/search-box';
import { isKnown } from './tarea';

const TASK_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** By state and task, and the way to one whose code is known. Each choice takes effect at once. */
@Component({
  selector: 'ms-tareas-filter',
  imports: [SearchBox, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <label>
        <span>{{ t('tareas.estado') }}</span>
        <select #byState class="ms-input" (change)="filter.emit({ estado: byState.value || null })">
          <option value="" [selected]="!estado()">{{ t('tareas.todos_los_estados') }}</option>
          @for (one of estados; track one) {
            <option [value]="one" [selected]="one === estado()">{{ t('estados.tarea.' + one) }}</option>
          }
        </select>
      </label>
      <label>
        <span>{{ t('tareas.tarea') }}</span>
        <select #byTask class="ms-input" (change)="filter.emit({ tipo: byTask.value || null })">
          <option value="" [selected]="!tipo()">{{ t('tareas.todas_las_tareas') }}</option>
          @for (one of tipos(); track one) {
            <option [value]="one" [selected]="one === tipo()">
              {{ isKnown(one) ? t('tareas.tipos.' + one + '.nombre') : one }}
            </option>
          }
        </select>
      </label>
      <div class="code">
        <ms-search-box [label]="t('tareas.buscar_codigo')" (search)="openTask($event)" />
        <p aria-live="polite">{{ isIncomplete() ? t('tareas.codigo_incompleto') : '' }}</p>
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: 13rem 16rem minmax(0, 1fr);
      align-items: start;
      gap: 0.75rem 1rem;
    }

    /* In line with the controls beside it. */
    .code {
      padding-top: 1.68rem;
    }

    label span {
      display: block;
      margin-bottom: 0.3rem;
      font-size: 0.92rem;
      font-weight: 560;
    }

    p:not(:empty) {
      margin-top: 0.3rem;
      color: var(--ms-bad);
      font-size: 0.84rem;
    }

    @media (max-width: 1023px) {
      :host {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }

      .code {
        padding-top: 0;
        grid-column: 1 / -1;
      }
    }
  `,
})
export class TareasFilter {
  readonly estado = input<string>();
  readonly tipo = input<string>();
  readonly tipos = input.required<readonly string[]>();
  readonly filter = output<{ estado?: string | null; tipo?: string | null }>();

  readonly #router = inject(Router);
  protected readonly estados = TASK_STATUSES;
  protected readonly isKnown = isKnown;

  protected readonly isIncomplete = signal(false);

  protected openTask(code: string): void {
    const isTaskId = TASK_ID.test(code);
    this.isIncomplete.set(code !== '' && !isTaskId);
    if (isTaskId) void this.#router.navigate(['/tareas', code]);
  }
}
