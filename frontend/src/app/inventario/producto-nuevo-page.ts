import { Component, computed, inject, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, max, maxLength, min, pattern, required } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { IdempotencyKey } from '../core/api/idempotency-key';
import { LogisticaApi } from '../core/api/logistica-api';
import { BackLink } from '../ui/back-link';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { PageHeader } from '../ui/page-header';
import { refusalOf, refusalsAt, refusalText } from '../ui/refusals';
import { Toast } from '../ui/toast';

const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

@Component({
  selector: 'ms-producto-nuevo-page',
  imports: [
    BackLink,
    ErrorState,
    Field,
    FormField,
    FormRoot,
    Input,
    PageHeader,
    RouterLink,
    TranslocoDirective,
  ],
  templateUrl: './producto-nuevo-page.html',
  styleUrl: './producto-nuevo-page.scss',
})
export class ProductoNuevoPage {
  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  readonly #key = new IdempotencyKey();
  readonly #datos = signal({ sku: '', nombre: '', stock: 0, minimo: 0 });

  protected readonly failure = signal<unknown>(undefined);
  protected readonly producto = form(
    this.#datos,
    (path) => {
      required(path.sku);
      maxLength(path.sku, LIMITES.sku);
      pattern(path.sku, SKU);
      required(path.nombre);
      maxLength(path.nombre, LIMITES.nombre_producto);
      for (const amount of [path.stock, path.minimo]) {
        required(amount);
        min(amount, 0);
        max(amount, LIMITES.unidades);
      }
    },
    {
      submission: {
        action: () => this.#create(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSubmitting = computed(() => this.producto().submitting());
  readonly #fields = {
    'body.sku': this.producto.sku,
    'body.nombre': this.producto.nombre,
    'body.stock': this.producto.stock,
    'body.minimo': this.producto.minimo,
  };
  protected readonly shownAtFields = Object.keys(this.#fields);
  protected readonly refusalText = refusalText;

  async #create(): Promise<ValidationError.WithFieldTree[]> {
    const body = this.#datos();
    this.failure.set(undefined);
    try {
      const headers = this.#key.headersFor(body);
      const { data } = await this.#logistica.call('POST /inventario', { body, headers });
      this.#key.renew();
      this.#toast.say(this.#translate('creado', { nombre: data.nombre }));
      await this.#router.navigate(['/inventario', data.id], { replaceUrl: true });
      return [];
    } catch (error) {
      this.failure.set(error);
      return this.#refusals(error);
    }
  }

  #refusals(error: unknown): ValidationError.WithFieldTree[] {
    if (error instanceof ApiError && error.status === 409) {
      return [refusalOf(this.producto.sku, this.#translate('sku_ocupado'))];
    }
    return refusalsAt(error, this.#fields);
  }

  #translate(key: string, params: Record<string, string> = {}): string {
    return this.#transloco.translate<string>(`inventario.${key}`, params);
  }
}
