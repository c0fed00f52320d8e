import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { form, FormField, FormRoot, maxLength, required } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ESTADO_ENTREGA, LIMITES } from '@medisupply/shared/contracts/vocabulary';
import type { EstadoCerrado } from '@medisupply/shared/contracts/vocabulary';
import { isWithoutAnswer } from '../core/api/without-answer';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import type { Translated } from '../core/i18n/translated';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { readOpenEntrega } from '../core/entregas/read-open-entrega';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import { Asignacion } from '../ui/asignacion';
import { BackLink } from '../ui/back-link';
import { EmptyState } from '../ui/empty-state';
import { EntregaAjena } from '../ui/entrega-ajena';
import { EntregaItems } from '../ui/entrega-items';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { Icon } from '../ui/icon';
import { lastValue } from '../ui/last-value';
import { MapLink } from '../ui/map-link';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { ConfirmacionResult } from './confirmacion-result';
import { Pendientes } from './pendientes';
import type { Foto } from './foto';
import { Fotos } from './foto';
import { FotoInput } from './foto-input';
import { IntentoForm } from './intento-form';
import { keepDraft } from './keep-draft';
import { SignatureInput } from './signature-input';
import type en from './i18n/en.json';
import type es from './i18n/es.json';

/** Why it cannot be confirmed: each state has a text. */
type Obstaculo = Translated<EstadoCerrado, typeof es.obstaculo, typeof en.obstaculo>;

/** The courier's page: who receives, their signature, and one button that signs and confirms. */
@Component({
  selector: 'ms-confirmar-page',
  imports: [
    BackLink,
    ConfirmacionResult,
    EmptyState,
    EntregaAjena,
    EntregaItems,
    ErrorState,
    Field,
    FormField,
    FormRoot,
    FotoInput,
    Icon,
    Input,
    IntentoForm,
    MapLink,
    PageHeader,
    Pendientes,
    RouterLink,
    SignatureInput,
    Skeleton,
    TranslocoDirective,
  ],
  templateUrl: './confirmar-page.html',
  styleUrl: './confirmar-page.scss',
})
export class ConfirmarPage {
  readonly id = input.required<string>();

  readonly #confirmaciones = inject(Confirmaciones);
  readonly #asignacion = inject(Asignacion);
  readonly #fotos = inject(Fotos);

  protected readonly entrega = readOpenEntrega(this.id);
  /** Stays while it is read again, and when that fails, so that the form and its drawing stay. */
  protected readonly datos = lastValue(this.entrega, this.id);
  /** Why it can no longer be read: it was assigned to another user, say. No answer at all is no reason to stop. */
  protected readonly readRefusal = computed(() => {
    const error = this.entrega.error();
    return error instanceof ApiError && !isWithoutAnswer(error) ? error : undefined;
  });
  /** Nobody carried it when it was read last, and now somebody else does. */
  protected readonly wasTaken = computed(
    () => this.datos()?.reservada === true && this.readRefusal()?.status === 404,
  );
  protected readonly obstacle = computed<Obstaculo | undefined>(() => obstacleOf(this.datos()?.estado ?? ''));

  /** Begins empty for each delivery: a signature is never taken over from another one. */
  readonly #recibo = linkedSignal({
    source: this.id,
    computation: () => ({ nombre_recibe: '', firma_recibe: '' }),
  });
  protected readonly recibo = form(
    this.#recibo,
    (path) => {
      required(path.nombre_recibe);
      maxLength(path.nombre_recibe, LIMITES.nombre_recibe);
      required(path.firma_recibe);
      maxLength(path.firma_recibe, LIMITES.firma_recibe);
    },
    {
      submission: {
        action: () => this.#confirm(),
        onInvalid: focusFirstError,
      },
    },
  );
  /** Of this delivery alone, as the signature. */
  protected readonly foto = linkedSignal<string, Foto | undefined>({
    source: this.id,
    computation: () => undefined,
  });
  /** Somebody was there before. */
  protected readonly isAgain = computed(() => this.datos()?.estado === ESTADO_ENTREGA.intento);
  protected readonly isSigning = computed(() => this.recibo().submitting());
  protected readonly isTooLong = computed(() => this.#recibo().firma_recibe.length > LIMITES.firma_recibe);
  protected readonly lacksSignature = computed(() => {
    const field = this.recibo.firma_recibe();
    return field.touched() && field.invalid();
  });

  /** Why this browser could not keep it. */
  readonly #keepingError = linkedSignal<string, unknown>({
    source: this.id,
    computation: () => undefined,
  });
  readonly #guardada = computed(() =>
    this.#confirmaciones.guardadas().find(({ entrega_id }) => entrega_id === Number(this.id())),
  );
  protected readonly aceptada = computed(() => this.#confirmaciones.aceptadas().get(Number(this.id())));
  protected readonly isSending = computed(() => this.#confirmaciones.enviando() === Number(this.id()));
  protected readonly isKept = computed(() => {
    const guardada = this.#guardada();
    return guardada !== undefined && guardada.estado !== 'rechazada';
  });
  protected readonly refusal = computed(() => {
    const guardada = this.#guardada();
    if (guardada?.estado !== 'rechazada') return this.#keepingError();
    const { status, message, problem } = guardada.rechazo;
    return new ApiError(status, message, problem ? { problem } : {});
  });

  constructor() {
    const eventos = inject(Eventos);
    // Somebody else may confirm or cancel it while the recipient signs.
    eventos.escuchar('entrega', ({ entrega_id }) => {
      if (entrega_id === Number(this.id())) this.entrega.reload();
    });
    eventos.escuchar('hueco', () => this.entrega.reload());
    readWhenLive(this.entrega);
    keepDraft(this.datos, this.#recibo);
  }

  protected async claim(datos: { id: number; pedido_id: string }): Promise<void> {
    await this.#asignacion.tomar(datos);
    this.entrega.reload();
  }

  async #confirm(): Promise<undefined> {
    const pulsada = Date.now();
    const entrega = this.datos();
    if (!entrega || entrega.direccion === null) return;
    this.#keepingError.set(undefined);
    try {
      const foto = this.foto();
      const signed = foto ? await this.#fotos.enviar(entrega.id, foto) : {};
      await this.#confirmaciones.confirmar(
        {
          ...this.#recibo(),
          ...signed,
          entrega_id: entrega.id,
          direccion: entrega.direccion,
          pedido_id: entrega.pedido_id,
          capturado: new Date(pulsada).toISOString(),
        },
        pulsada,
      );
    } catch (error) {
      this.#keepingError.set(error);
    }
  }
}
