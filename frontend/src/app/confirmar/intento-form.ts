import { Component, computed, inject, input, output, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { IdempotencyKey } from '../core/api/idempotency-key';
import { LogisticaApi } from '../core/api/logistica-api';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { Motivo } from '../ui/motivo';
import { Toast } from '../ui/toast';

/** Somebody was there and could not deliver: why. Folded away until it is needed. */
@Component({
  selector: 'ms-intento-form',
  imports: [ErrorState, Icon, Motivo, TranslocoDirective],
  template: `
    <details #all *transloco="let t; prefix: 'confirmar.intento'" (toggle)="isOpen.set(all.open)">
      <summary><ms-icon name="circle-x" /> {{ t('titulo') }}</summary>
      @if (motivos.hasValue()) {
        <form (submit)="record($event)">
          <fieldset [attr.aria-describedby]="id">
            <legend>{{ t('motivo') }}</legend>
            @for (one of motivos.value(); track one) {
              <label>
                <input
                  type="radio"
                  name="motivo"
                  [value]="one"
                  [checked]="motivo() === one"
                  (change)="motivo.set(one)"
                />
                <ms-motivo [code]="one" />
              </label>
            }
          </fieldset>
          <label class="detail">
            {{ t('detalle') }}
            <textarea
              #text
              class="ms-input"
              rows="2"
              [attr.maxlength]="limite"
              (input)="detalle.set(text.value)"
            ></textarea>
          </label>
          <p class="note" [id]="id" aria-live="polite">{{ isMissing() ? t('falta') : '' }}</p>
          @if (failure(); as error) {
            <ms-error-state [error]="error" />
          }
          <button msButton="outlined" type="submit" [disabled]="isSending()">
            {{ t(isSending() ? 'registrando' : 'registrar') }}
          </button>
        </form>
      } @else if (motivos.error(); as error) {
        <ms-error-state [error]="error" [retryable]="true" (retry)="motivos.reload()" />
      }
    </details>
  `,
  styles: `
    summary {
      display: flex;
      align-items: center;
      gap: 0.5rem;
      min-height: 2.5rem;
      font-weight: 560;
      cursor: pointer;
    }

    form {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 0.75rem;
      margin-top: 0.5rem;
    }

    fieldset {
      min-width: 0;
      margin: 0;
      padding: 0;
      border: 0;
    }

    legend,
    .detail {
      font-size: 0.92rem;
      font-weight: 560;
    }

    fieldset label {
      display: flex;
      align-items: center;
      gap: 0.6rem;
      min-height: 2.75rem;
      overflow-wrap: anywhere;
    }

    input {
      width: 1.15rem;
      height: 1.15rem;
      flex: none;
      accent-color: var(--mat-sys-primary);
    }

    textarea.ms-input {
      min-height: 4rem;
      margin-top: 0.3rem;
      font-weight: 400;
    }

    .note:empty {
      display: none;
    }

    .note {
      color: var(--ms-bad);
      font-size: 0.84rem;
    }
  `,
  host: { class: 'ms-card' },
})
export class IntentoForm {
  readonly entrega = input.required<{ id: number; pedido_id: string }>();
  readonly registrado = output();

  readonly #logistica = inject(LogisticaApi);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  readonly #key = new IdempotencyKey();

  protected readonly id = 'ms-intento-note';
  protected readonly limite = LIMITES.detalle;
  protected readonly isOpen = signal(false);
  protected readonly motivo = signal<string | undefined>(undefined);
  protected readonly detalle = signal('');
  protected readonly isSending = signal(false);
  protected readonly failure = signal<unknown>(undefined);
  readonly #wasSent = signal(false);
  protected readonly isMissing = computed(() => this.#wasSent() && this.motivo() === undefined);
  protected readonly motivos = resource({
    params: () => this.isOpen() || undefined,
    loader: async ({ abortSignal }) =>
      (await this.#logistica.call('GET /intentos/motivos', { signal: abortSignal })).data.motivos,
  });
  /** Of the attempt, not of when it is sent once more. */
  #capturado: string | undefined;

  protected async record(event: Event): Promise<void> {
    event.preventDefault();
    this.#wasSent.set(true);
    const motivo = this.motivo();
    if (motivo === undefined || this.isSending()) return;
    const { id, pedido_id: pedido } = this.entrega();
    const detalle = this.detalle().trim();
    this.#capturado ??= new Date().toISOString();
    const body = { motivo, capturado: this.#capturado, ...(detalle ? { detalle } : {}) };
    this.failure.set(undefined);
    this.isSending.set(true);
    try {
      const headers = this.#key.headersFor({ id, ...body });
      await this.#logistica.call('POST /entrega/:id/intento-fallido', { params: { id }, body, headers });
      this.#key.renew();
      this.#capturado = undefined;
      this.#toast.say(this.#transloco.translate<string>('confirmar.intento.hecho', { pedido }));
      this.registrado.emit();
    } catch (error) {
      this.failure.set(error);
    }
    this.isSending.set(false);
  }
}
