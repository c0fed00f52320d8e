import { Component, computed, inject, input, output, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, max, maxLength, min, required } from '@angular/forms/signals';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { IdempotencyKey } from '../core/api/idempotency-key';
import { LogisticaApi } from '../core/api/logistica-api';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import { refusalOf, refusalsAt, refusalText } from '../ui/refusals';
import { Toast } from '../ui/toast';
import type { Producto } from './existencias';

type Sentido = 'entrada' | 'salida';

interface Ajuste {
  sentido: Sentido;
  cantidad: number | null;
  motivo: string;
}

const EMPTY: Ajuste = { sentido: 'entrada', cantidad: null, motivo: '' };

/** A correction of stock: a row of the ledger, with its reason. Keyboards of phones have no minus: in or out is chosen. */
@Component({
  selector: 'ms-ajuste-form',
  imports: [ErrorState, Field, FormField, FormRoot, Icon, Input, NumberPipe, TranslocoDirective],
  templateUrl: './ajuste-form.html',
  styleUrl: './ajuste-form.scss',
})
export class AjusteForm {
  readonly producto = input.required<Producto>();
  readonly adjusted = output();

  readonly #logistica = inject(LogisticaApi);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  readonly #key = new IdempotencyKey();
  readonly #datos = signal(EMPTY);

  protected readonly failure = signal<unknown>(undefined);
  protected readonly ajuste = form(
    this.#datos,
    (path) => {
      required(path.cantidad);
      min(path.cantidad, 1);
      max(path.cantidad, LIMITES.unidades);
      required(path.motivo);
      maxLength(path.motivo, LIMITES.motivo);
    },
    {
      submission: {
        action: () => this.#adjust(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSubmitting = computed(() => this.ajuste().submitting());
  protected readonly sentidos = [
    { value: 'entrada', icon: 'plus' },
    { value: 'salida', icon: 'minus' },
  ] as const;
  /** What would be available; undefined until there is an amount. */
  protected readonly resultado = computed(() => {
    const units = this.#signed();
    return units === 0 ? undefined : this.producto().disponible + units;
  });
  readonly #fields = { 'body.cantidad': this.ajuste.cantidad, 'body.motivo': this.ajuste.motivo };
  protected readonly shownAtFields = Object.keys(this.#fields);
  protected readonly refusalText = refusalText;

  readonly #signed = computed(() => {
    const { sentido, cantidad } = this.#datos();
    return (sentido === 'salida' ? -1 : 1) * (cantidad ?? 0);
  });

  async #adjust(): Promise<ValidationError.WithFieldTree[]> {
    const body = { cantidad: this.#signed(), motivo: this.#datos().motivo.trim() };
    this.failure.set(undefined);
    try {
      await this.#logistica.call('POST /inventario/:id/ajustes', {
        params: { id: this.producto().id },
        body,
        headers: this.#key.headersFor(body),
      });
    } catch (error) {
      this.failure.set(error);
      return this.#refusals(error);
    }
    this.#key.renew();
    this.ajuste().reset({ ...EMPTY });
    this.#toast.say(this.#transloco.translate<string>('inventario.ajustado'));
    this.adjusted.emit();
    return [];
  }

  #refusals(error: unknown): ValidationError.WithFieldTree[] {
    if (error instanceof ApiError && error.status === 409) {
      return [refusalOf(this.ajuste.cantidad, this.#transloco.translate<string>('inventario.no_alcanza'))];
    }
    return refusalsAt(error, this.#fields);
  }
}
