import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { ESTADO_ENTREGA, LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { Icon } from '../ui/icon';
import { Time } from '../ui/time';
import { GuardarPrueba } from './guardar';

type Entrega = LogisticaOperations['GET /entrega/:id']['answer'];

const DIAS = [1, 7, 30, 90];

/** What of a delivery can leave the house: its proof, a page for print, and links for customers. */
@Component({
  selector: 'ms-prueba-card',
  imports: [ErrorState, Field, Icon, Input, RouterLink, Time, TranslocoDirective],
  templateUrl: './prueba-card.html',
  styleUrl: './prueba-card.scss',
})
export class PruebaCard {
  readonly entrega = input.required<Entrega>();

  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #guardar = inject(GuardarPrueba);
  readonly #clipboard = inject(Clipboard);

  readonly #id = computed(() => this.entrega().id);
  protected readonly isDelivered = computed(() => this.entrega().estado === ESTADO_ENTREGA.entregada);
  protected readonly mayShare = computed(
    () =>
      this.#sesion.hasRole('Despacho', 'Admin') ||
      this.entrega().creada_por === `usuario:${this.#sesion.usuario()?.id}`,
  );
  protected readonly enlaces = resource({
    params: () => (this.mayShare() ? this.#id() : undefined),
    loader: async ({ params: id, abortSignal }) =>
      (await this.#logistica.call('GET /entrega/:id/enlaces', { params: { id }, signal: abortSignal })).data,
  });
  protected readonly vivos = computed(() =>
    (this.enlaces.hasValue() ? this.enlaces.value() : []).filter(
      ({ revocado, vence }) => revocado === null && Date.parse(vence) > Date.now(),
    ),
  );
  protected readonly dias = DIAS;
  protected readonly palabraMaxima = LIMITES.enlace.palabra.maximo;
  protected readonly palabraMinima = LIMITES.enlace.palabra.minimo;
  /** The address of the link that was just made: it is not shown again. */
  protected readonly nuevo = linkedSignal<number, string | undefined>({
    source: this.#id,
    computation: () => undefined,
  });
  protected readonly token = computed(() => this.nuevo()?.split('#')[1]);
  protected readonly isCopied = signal(false);
  protected readonly isBusy = signal(false);
  protected readonly failure = signal<unknown>(undefined);

  protected download(): Promise<void> {
    return this.#try(async () => {
      const { data } = await this.#logistica.call('GET /entrega/:id/prueba', { params: { id: this.#id() } });
      this.#guardar.prueba(data);
    });
  }

  protected downloadVerifier(): Promise<void> {
    return this.#try(() => this.#guardar.comprobador());
  }

  protected share(dias: string, palabra: string): Promise<void> {
    return this.#try(async () => {
      const { data } = await this.#logistica.call('POST /entrega/:id/enlaces', {
        params: { id: this.#id() },
        body: { dias: Number(dias), ...(palabra.trim() === '' ? {} : { palabra }) },
      });
      this.nuevo.set(location.origin + data.url);
      this.isCopied.set(false);
      this.enlaces.reload();
    });
  }

  protected copy(address: string): void {
    this.isCopied.set(this.#clipboard.copy(address));
  }

  protected revoke(enlace_id: number): Promise<void> {
    return this.#try(async () => {
      await this.#logistica.call('DELETE /entrega/:id/enlaces/:enlace_id', {
        params: { id: this.#id(), enlace_id },
      });
      this.enlaces.reload();
    });
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
