import { Component, computed, inject, input, resource } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { LogisticaApi } from '../core/api/logistica-api';
import { BackLink } from '../ui/back-link';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { ParamsForm } from './params/params-form';
import type { TareaDisponible, TareaEncolada } from './tarea';
import { isKnown } from './tarea';
import { TareaNombre } from './tarea-nombre';

/** Every task of the registry, and the form of the chosen one. */
@Component({
  selector: 'ms-tarea-nueva-page',
  imports: [
    BackLink,
    EmptyState,
    ErrorState,
    Icon,
    PageHeader,
    ParamsForm,
    RouterLink,
    Skeleton,
    TareaNombre,
    TranslocoDirective,
  ],
  templateUrl: './tarea-nueva-page.html',
  styleUrl: './tarea-nueva-page.scss',
})
export class TareaNuevaPage {
  /** Query parameter: the chosen task. */
  readonly tipo = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);

  protected readonly disponibles = resource({
    loader: async ({ abortSignal }) => {
      const { data } = await this.#logistica.call('GET /tareas', {
        query: { limite: 1 },
        signal: abortSignal,
      });
      return data.tareas_disponibles;
    },
  });
  protected readonly chosen = computed(() =>
    this.disponibles.hasValue()
      ? this.disponibles.value().find(({ tipo }) => tipo === this.tipo())
      : undefined,
  );

  protected nameOf({ tipo }: TareaDisponible, translate: (key: string) => string): string {
    return isKnown(tipo) ? translate(`tipos.${tipo}.nombre`) : tipo;
  }

  protected descriptionOf(
    { tipo, description }: TareaDisponible,
    translate: (key: string) => string,
  ): string {
    return isKnown(tipo) ? translate(`tipos.${tipo}.texto`) : description;
  }

  protected showTask({ task_id }: TareaEncolada): void {
    void this.#router.navigate(['/tareas', task_id]);
  }
}
