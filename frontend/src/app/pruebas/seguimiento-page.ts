import { Component, computed, inject, resource, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ApiError } from '@medisupply/api-client/api-client';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';
import { Brand } from '../layout/brand';
import { LanguageButton } from '../layout/language-button';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { Icon } from '../ui/icon';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { GuardarPrueba } from './guardar';

/**
 * A delivery as its customer follows it, without an account. The link's token stands behind the # of the address, which no
 * browser sends anywhere; from here it goes in the body of a request.
 */
@Component({
  selector: 'ms-seguimiento-page',
  imports: [
    Brand,
    ErrorState,
    Field,
    Icon,
    Input,
    LanguageButton,
    Skeleton,
    StateChip,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './seguimiento-page.html',
  styleUrl: './seguimiento-page.scss',
})
export class SeguimientoPage {
  readonly #logistica = inject(LogisticaApi);
  readonly #guardar = inject(GuardarPrueba);
  readonly #token = toSignal(inject(ActivatedRoute).fragment, { initialValue: null });

  protected readonly entrega = resource({
    params: () => this.#token() ?? '',
    loader: async ({ params: token, abortSignal }) =>
      (await this.#logistica.call('POST /seguimiento', { body: { token }, signal: abortSignal })).data,
  });
  /** Unknown, expired, revoked, or no link at all: nobody is told which. */
  protected readonly isGone = computed(() => {
    const error = this.entrega.error();
    return error instanceof ApiError && (error.status === 404 || error.status === 400);
  });
  protected readonly isDelivered = computed(
    () => this.entrega.hasValue() && this.entrega.value().estado === ESTADO_ENTREGA.entregada,
  );
  protected readonly isBusy = signal(false);
  protected readonly isSaved = signal(false);
  protected readonly failure = signal<unknown>(undefined);
  protected readonly isWrong = computed(() => {
    const error = this.failure();
    return error instanceof ApiError && error.status === 403;
  });

  protected again(): void {
    this.entrega.reload();
  }

  protected download(palabra: string): Promise<void> {
    return this.#try(async () => {
      const body = { token: this.#token() ?? '', palabra };
      this.#guardar.prueba((await this.#logistica.call('POST /seguimiento/prueba', { body })).data);
      this.isSaved.set(true);
    });
  }

  protected downloadVerifier(): Promise<void> {
    return this.#try(() => this.#guardar.comprobador());
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.failure.set(undefined);
    this.isBusy.set(true);
    try {
      await work();
    } catch (error) {
      this.failure.set(error);
    }
    this.isBusy.set(false);
  }
}
