import { Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { EstadoCerrado } from '@medisupply/shared/contracts/vocabulary';
import { ApiError } from '@medisupply/api-client/api-client';
import { LogisticaApi } from '../core/api/logistica-api';
import { readEntrega } from '../core/api/read-entrega';
import { Sesion } from '../core/auth/sesion';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import type { Translated } from '../core/i18n/translated';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import { PruebaCard } from '../pruebas/prueba-card';
import { Asignacion } from '../ui/asignacion';
import { BackLink } from '../ui/back-link';
import { Confirm } from '../ui/confirm';
import { EntregaAjena } from '../ui/entrega-ajena';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { lastValue } from '../ui/last-value';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { EntregaTimeline } from '../ui/timeline/entrega-timeline';
import { Toast } from '../ui/toast';
import { EntregaData } from './entrega-data';
import { EntregaHistory } from './entrega-history';
import type en from './i18n/en.json';
import type es from './i18n/es.json';

/** Why it cannot be confirmed: each state has a text. */
type Obstaculo = Translated<EstadoCerrado, typeof es.obstaculo, typeof en.obstaculo>;

/** One delivery: its data in clear, how its confirmation went, and what can be done with it. */
@Component({
  selector: 'ms-entrega-page',
  imports: [
    BackLink,
    EntregaAjena,
    EntregaData,
    EntregaHistory,
    EntregaTimeline,
    ErrorState,
    Icon,
    PageHeader,
    PruebaCard,
    RouterLink,
    Skeleton,
    StateChip,
    TranslocoDirective,
  ],
  templateUrl: './entrega-page.html',
  styleUrl: './entrega-page.scss',
})
export class EntregaPage {
  readonly id = input.required<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #asignacion = inject(Asignacion);
  readonly #confirm = inject(Confirm);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  readonly #aceptadas = inject(Confirmaciones).aceptadas;

  protected readonly entrega = readEntrega(this.id);
  protected readonly datos = lastValue(this.entrega, this.id);
  protected readonly obstacle = computed<Obstaculo | undefined>(() => obstacleOf(this.datos()?.estado ?? ''));
  protected readonly mayCancel = computed(
    () =>
      this.#sesion.hasRole('Admin') || this.datos()?.creada_por === `usuario:${this.#sesion.usuario()?.id}`,
  );
  /** The events that only this browser knows, when the confirmation was made in it. */
  protected readonly antes = computed(() => {
    const { id, task_id } = this.datos() ?? {};
    const aceptada = id === undefined ? undefined : this.#aceptadas().get(id);
    return aceptada && aceptada.task_id === task_id ? aceptada.antes : [];
  });
  /** It was shown, and may be seen no more: somebody else carries it, or the user gave it back. */
  protected readonly isGone = computed(() => {
    const error = this.entrega.error();
    return error instanceof ApiError && error.status === 404;
  });
  protected readonly mayClaim = computed(() => {
    const datos = this.datos();
    return datos !== undefined && this.#asignacion.mayClaim(datos);
  });
  protected readonly mayRelease = computed(() => {
    const asignada = this.datos()?.asignada_a ?? null;
    return (
      asignada !== null &&
      (asignada === this.#sesion.usuario()?.id || this.#sesion.hasRole('Despacho', 'Admin'))
    );
  });
  protected readonly isCancelling = signal(false);
  protected readonly refusal = signal<unknown>(undefined);

  constructor() {
    const eventos = inject(Eventos);
    eventos.escuchar('entrega', ({ entrega_id }) => {
      if (entrega_id === Number(this.id())) this.readAgain();
    });
    eventos.escuchar('hueco', () => this.readAgain());
    readWhenLive(this.entrega);
  }

  protected readAgain(): void {
    this.entrega.reload();
  }

  protected async claim(datos: { id: number; pedido_id: string }): Promise<void> {
    this.refusal.set(undefined);
    await this.#asignacion.tomar(datos);
    this.readAgain();
  }

  protected async release({ id, pedido_id }: { id: number; pedido_id: string }): Promise<void> {
    this.refusal.set(undefined);
    try {
      await this.#logistica.call('POST /entregas/:id/soltar', { params: { id } });
      this.#toast.say(this.#transloco.translate<string>('entregas.soltada', { pedido: pedido_id }));
    } catch (error) {
      this.refusal.set(error);
    }
    this.readAgain();
  }

  protected async cancel(): Promise<void> {
    const params = { pedido: this.datos()?.pedido_id };
    if (!(await this.#confirm.ask('entregas.cancelar', { danger: true, params }))) return;
    this.refusal.set(undefined);
    this.isCancelling.set(true);
    try {
      await this.#logistica.call('POST /entregas/:id/cancelar', { params: { id: Number(this.id()) } });
      this.#toast.say(this.#transloco.translate<string>('entregas.cancelar.hecho', params));
    } catch (error) {
      this.refusal.set(error);
    }
    this.isCancelling.set(false);
    this.readAgain();
  }
}
