import { NgComponentOutlet } from '@angular/common';
import type { Type } from '@angular/core';
import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoPipe } from '@jsverse/transloco';
import { RESPUESTA } from '@medisupply/shared/contracts/vocabulary';
import type { Aceptada } from '../core/confirmaciones/confirmaciones';
import { Icon } from '../ui/icon';
import type { EntregaTimeline } from '../ui/timeline/entrega-timeline';
import { followConfirmacion } from '../ui/timeline/follow-confirmacion';
import { PorConfirmar } from './por-confirmar';

const ICONS = {
  delivered: 'circle-check',
  accepted: 'circle-check',
  waits: 'hourglass',
  failed: 'circle-x',
} as const;

/** What became of a confirmation, and the next delivery; how it went, to the millisecond, for whoever asks. */
@Component({
  selector: 'ms-confirmacion-result',
  imports: [Icon, NgComponentOutlet, RouterLink, TranslocoDirective, TranslocoPipe],
  template: `
    <ng-container *transloco="let t; prefix: 'confirmar.resultado'">
      <div class="answer" [class]="tone()" role="status">
        <ms-icon [name]="ICONS[tone()]" />
        <div>
          @switch (tone()) {
            @case ('delivered') {
              <h2>{{ t('entregada') }}</h2>
              <p class="ms-soft">{{ t('entregada_texto', { pedido: aceptada().pedido_id }) }}</p>
            }
            @case ('accepted') {
              <h2>{{ t('aceptada') }}</h2>
              <p class="ms-soft">{{ t('aceptada_texto') }}</p>
            }
            @case ('failed') {
              <h2>{{ 'sucesos.' + end() | transloco }}</h2>
              <p class="ms-soft">{{ t('fallida_texto') }}</p>
            }
            @default {
              <h2>{{ aceptada().estado }}</h2>
              <p class="ms-soft">{{ t('pendiente_texto') }}</p>
            }
          }
        </div>
      </div>
      <div class="actions">
        @if (siguiente.value(); as next) {
          <a msButton="filled" [routerLink]="['/confirmar', next.id]">
            {{ t('siguiente', { pedido: next.pedido_id }) }}
          </a>
        }
        <a msButton="outlined" routerLink="/confirmar">{{ t('otra') }}</a>
        <a msButton [routerLink]="['/entregas', aceptada().entrega_id]">{{ t('ver') }}</a>
      </div>
      <details (toggle)="showTimeline()">
        <summary>{{ t('detalles') }}</summary>
        @if (timeline(); as timeline) {
          <ng-container *ngComponentOutlet="timeline; inputs: steps()" />
        }
      </details>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1.25rem;
    }

    .answer {
      display: flex;
      gap: 0.85rem;
      padding: 0.9rem 1rem;
      border-radius: 12px;
      background: var(--ms-wait-soft);

      --ms-icon-size: 1.5rem;

      ms-icon {
        color: var(--ms-wait);
      }

      &.delivered,
      &.accepted {
        background: var(--ms-good-soft);

        ms-icon {
          color: var(--ms-good);
        }
      }

      &.failed {
        background: var(--ms-bad-soft);

        ms-icon {
          color: var(--ms-bad);
        }
      }
    }

    .actions {
      display: grid;
      gap: 0.5rem;

      a {
        min-height: 3rem;
        overflow-wrap: anywhere;
      }
    }

    summary {
      min-height: 1.75rem;
      color: var(--mat-sys-on-surface-variant);
      cursor: pointer;
    }

    details[open] summary {
      margin-bottom: 0.75rem;
    }
  `,
})
export class ConfirmacionResult {
  readonly aceptada = input.required<Aceptada>();

  readonly #porConfirmar = inject(PorConfirmar);
  readonly #course = followConfirmacion(
    computed(() => this.aceptada().task_id),
    computed(() => this.aceptada().antes),
  );
  protected readonly end = this.#course.end;
  /** Accepted: the queue has it; else it waits until Redis answers. */
  protected readonly tone = computed(() => {
    const end = this.end();
    if (end !== undefined) return end === 'aplicada' ? 'delivered' : 'failed';
    return this.aceptada().estado === RESPUESTA.encolada ? 'accepted' : 'waits';
  });
  protected readonly ICONS = ICONS;
  protected readonly siguiente = resource({
    params: () => this.aceptada().entrega_id,
    loader: ({ abortSignal }) => this.#porConfirmar.next(abortSignal),
  });
  protected readonly timeline = signal<Type<EntregaTimeline> | undefined>(undefined);
  protected readonly steps = computed(() => ({
    taskId: this.aceptada().task_id,
    antes: this.aceptada().antes,
  }));

  protected async showTimeline(): Promise<void> {
    this.timeline.set((await import('../ui/timeline/entrega-timeline')).EntregaTimeline);
  }
}
