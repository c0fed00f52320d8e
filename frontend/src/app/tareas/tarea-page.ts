import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { EventData, Reporte } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { readTarea } from '../core/api/read-tarea';
import { Sesion } from '../core/auth/sesion';
import { Eventos } from '../core/eventos/eventos';
import { BackLink } from '../ui/back-link';
import { Confirm } from '../ui/confirm';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { lastValue } from '../ui/last-value';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { Toast } from '../ui/toast';
import { DatosView } from './datos-view';
import { ReporteView } from './reporte/reporte-view';
import { isCancellable, isKnown, REPORTE, tipoOf } from './tarea';
import { TareaHistorial } from './tarea-historial';

/** How often a task is read (ms): no event carries the progress of one that runs. */
const READ_RUNNING = 1_000;
const READ_WAITING = 4_000;

@Component({
  selector: 'ms-tarea-page',
  imports: [
    BackLink,
    DatosView,
    ErrorState,
    Icon,
    MatProgressBar,
    PageHeader,
    ReporteView,
    RouterLink,
    Skeleton,
    StateChip,
    TareaHistorial,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './tarea-page.html',
  styleUrl: './tarea-page.scss',
})
export class TareaPage {
  readonly id = input.required<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #confirm = inject(Confirm);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);

  protected readonly tarea = readTarea(this.id);
  protected readonly datos = lastValue(this.tarea, this.id);
  protected readonly tipo = computed(() => tipoOf(this.datos()?.name ?? ''));
  protected readonly isKnown = computed(() => isKnown(this.tipo()));
  /** The figures of a report that is done. */
  protected readonly reporte = computed(() =>
    this.tipo() === REPORTE && this.datos()?.successful ? (this.datos()?.result as Reporte) : undefined,
  );
  protected readonly hasParams = computed(() => Object.keys(this.datos()?.params ?? {}).length > 0);
  /** Of a task that has not ended and reports its progress, as every report does. */
  protected readonly progreso = computed(() => {
    const datos = this.datos();
    if (!datos || datos.ready) return undefined;
    return datos.progreso ?? (this.tipo() === REPORTE ? 0 : undefined);
  });
  readonly #isAdmin = computed(() => this.#sesion.hasRole('Admin'));
  protected readonly mayCancel = computed(() => {
    const datos = this.datos();
    return this.#isAdmin() && datos !== undefined && isCancellable(datos);
  });
  protected readonly mayRedrive = computed(() => this.#isAdmin() && this.datos()?.status === 'FAILURE');
  protected readonly isActing = signal(false);
  protected readonly failure = signal<unknown>(undefined);

  constructor() {
    const eventos = inject(Eventos);
    const readIfMine = ({ task_id }: EventData['tarea']) => {
      if (task_id === this.id()) this.tarea.reload();
    };
    eventos.escuchar('tarea', readIfMine);
    eventos.escuchar('entrega', readIfMine);
    eventos.escuchar('hueco', () => this.tarea.reload());
    effect((onCleanup) => {
      const datos = this.datos();
      const failed = this.tarea.status() === 'error';
      if (!datos || this.tarea.isLoading() || (datos.ready && !failed)) return;
      const pause = datos.status === 'STARTED' && !failed ? READ_RUNNING : READ_WAITING;
      const timer = setTimeout(() => this.tarea.reload(), pause);
      onCleanup(() => clearTimeout(timer));
    });
  }

  protected async cancel(): Promise<void> {
    await this.#act('cancelar', { danger: true }, () =>
      this.#logistica.call('DELETE /tareas/:task_id', { params: { task_id: this.id() } }),
    );
  }

  protected async redrive(): Promise<void> {
    await this.#act('reactivar', { danger: false }, () =>
      this.#logistica.call('POST /tareas/:task_id/reintentar', { params: { task_id: this.id() } }),
    );
  }

  /** Asks for confirmation, calls, and reads the task again; a refusal is shown on the page. */
  async #act(
    action: 'cancelar' | 'reactivar',
    { danger }: { danger: boolean },
    call: () => Promise<unknown>,
  ): Promise<void> {
    if (!(await this.#confirm.ask(`tareas.${action}`, { danger }))) return;
    this.isActing.set(true);
    this.failure.set(undefined);
    try {
      await call();
      this.#toast.say(this.#transloco.translate<string>(`tareas.${action}.hecho`));
    } catch (error) {
      this.failure.set(error);
    } finally {
      this.isActing.set(false);
      this.tarea.reload();
    }
  }
}
