import { Component, computed, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { RESPUESTA } from '@medisupply/shared/contracts/vocabulary';
import type { Aceptada } from '../core/confirmaciones/confirmaciones';
import { EntregaTimeline } from '../ui/timeline/entrega-timeline';

/** The server's answer to a confirmation, and the timeline of what follows. */
@Component({
  selector: 'ms-confirmacion-result',
  imports: [EntregaTimeline, MatButton, MatIcon, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'confirmar.resultado'">
      <div class="answer" [class.queued]="isQueued()" role="status">
        <mat-icon [svgIcon]="isQueued() ? 'circle-check' : 'hourglass'" aria-hidden="true" />
        <div>
          <h2>{{ isQueued() ? t('aceptada') : aceptada().estado }}</h2>
          <p class="ms-soft">{{ t(isQueued() ? 'aceptada_texto' : 'pendiente_texto') }}</p>
        </div>
      </div>
      <ms-entrega-timeline [taskId]="aceptada().task_id" [antes]="aceptada().antes" />
      <div class="actions">
        <a matButton [routerLink]="['/entregas', aceptada().entrega_id]">{{ t('ver') }}</a>
        <a matButton="outlined" routerLink="/confirmar">{{ t('otra') }}</a>
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 1.25rem;
    }

    .answer {
      display: flex;
      gap: 0.85rem;
      padding: 0.9rem 1rem;
      border-radius: 12px;
      background: var(--ms-wait-soft);

      mat-icon {
        --ms-icon-size: 1.5rem;

        color: var(--ms-wait);
      }

      &.queued {
        background: var(--ms-good-soft);

        mat-icon {
          color: var(--ms-good);
        }
      }
    }

    .actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: end;
      gap: 0.5rem;
    }
  `,
})
export class ConfirmacionResult {
  readonly aceptada = input.required<Aceptada>();
  /** Whether the queue has it; otherwise it is stored, and is sent to the queue as soon as Redis answers. */
  protected readonly isQueued = computed(() => this.aceptada().estado === RESPUESTA.encolada);
}
