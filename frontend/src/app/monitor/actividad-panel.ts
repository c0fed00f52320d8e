import { Component, inject, signal } from '@angular/core';
import type { MonitorOperations } from '@medisupply/api-client/operations';
import { TranslocoDirective } from '@jsverse/transloco';
import { MonitorApi } from '../core/api/monitor-api';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { Skeleton } from '../ui/skeleton';
import { Time } from '../ui/time';
import { whileVisible } from './while-visible';

type Actividad = MonitorOperations['GET /actividad']['answer']['actividad'];

const EVERY = 15_000;
const SHOWN = 8;

/** The last entries of `log_activity`; for administrators. */
@Component({
  selector: 'ms-actividad-panel',
  imports: [EmptyState, ErrorState, Skeleton, Time, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'monitor.actividad'">
      @if (actividad(); as rows) {
        @if (rows.length === 0) {
          <ms-empty-state icon="clock" [heading]="t('vacia')" [text]="t('vacia_texto')" />
        } @else {
          <ol class="rows ms-card">
            @for (row of rows; track row.id) {
              <li>
                <span class="name">{{ row.tipo }}</span>
                <ms-time class="ms-soft" [value]="row.momento" />
                @if (row.descripcion; as text) {
                  <p>{{ text }}</p>
                }
              </li>
            }
          </ol>
        }
      } @else if (!failure()) {
        <ms-skeleton class="ms-card" [lines]="4" />
      }
      @if (failure(); as error) {
        <ms-error-state [error]="error" [retryable]="true" (retry)="refresh()" />
      }
    </ng-container>
  `,
  styleUrl: './panel.scss',
  styles: `
    li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0.1rem 1rem;
    }

    ms-time {
      font-size: 0.88rem;
    }

    p {
      grid-column: 1 / -1;
      overflow-wrap: anywhere;
    }
  `,
})
export class ActividadPanel {
  readonly #monitor = inject(MonitorApi);
  protected readonly actividad = signal<Actividad | undefined>(undefined);
  protected readonly failure = signal<unknown>(undefined);

  protected readonly refresh = whileVisible(EVERY, async (stop) => {
    try {
      const { data } = await this.#monitor.call('GET /actividad', { query: { limite: SHOWN }, signal: stop });
      this.actividad.set(data.actividad);
      this.failure.set(undefined);
    } catch (error) {
      if (!stop.aborted) this.failure.set(error);
    }
  });
}
