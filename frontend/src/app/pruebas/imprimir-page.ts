import { NgTemplateOutlet } from '@angular/common';
import { Component, computed, inject, input, resource } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoPipe } from '@jsverse/transloco';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';
import { readEntrega } from '../core/api/read-entrega';
import { pictureOf } from '../entregas/signature-picture';
import { Brand } from '../layout/brand';
import { Actor } from '../ui/actor';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { Qr } from './qr';

/** One delivery on paper: what was delivered, to whom, when, by whom, the drawn signature, and a code that leads back here. */
@Component({
  selector: 'ms-imprimir-page',
  imports: [
    Actor,
    Brand,
    ErrorState,
    Icon,
    NgTemplateOutlet,
    Qr,
    RouterLink,
    Skeleton,
    StateChip,
    Time,
    TranslocoDirective,
    TranslocoPipe,
  ],
  templateUrl: './imprimir-page.html',
  styleUrl: './imprimir-page.scss',
})
export class ImprimirPage {
  readonly id = input.required<string>();

  readonly #logistica = inject(LogisticaApi);
  /** Of a customer's link that was just made: the code on the paper is then that link. */
  readonly #token = toSignal(inject(ActivatedRoute).fragment, { initialValue: null });

  protected readonly entrega = readEntrega(this.id);
  protected readonly datos = computed(() => (this.entrega.hasValue() ? this.entrega.value() : undefined));
  protected readonly picture = computed(() => pictureOf(this.datos()?.firma_recibe ?? ''));
  /** With the names of those in it; without autorizador there are only their numbers. */
  readonly #prueba = resource({
    params: () => (this.datos()?.estado === ESTADO_ENTREGA.entregada ? Number(this.id()) : undefined),
    loader: async ({ params: id, abortSignal }) =>
      (await this.#logistica.call('GET /entrega/:id/prueba', { params: { id }, signal: abortSignal })).data,
  });
  protected readonly prueba = computed(() => (this.#prueba.hasValue() ? this.#prueba.value() : undefined));
  readonly #nombres = computed(
    () => new Map(this.prueba()?.personas.map(({ id, nombre }) => [`usuario:${id}`, nombre])),
  );
  protected readonly isPublic = computed(() => this.#token() !== null);
  protected readonly address = computed(() =>
    this.isPublic()
      ? `${location.origin}/s#${this.#token()}`
      : `${location.origin}/entregas/${encodeURIComponent(this.id())}`,
  );

  protected nameOf(actor: string): string | undefined {
    return this.#nombres().get(actor);
  }

  protected print(): void {
    window.print();
  }
}
