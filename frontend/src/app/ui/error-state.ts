import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject, input, output, signal } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Icon } from './icon';

/**
 * A refusal near its cause: the problem's own text, its field messages, and the request id to copy. `retry` shows the
 * button when `retryable` is set.
 */
@Component({
  selector: 'ms-error-state',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'ui'">
      <ms-icon name="triangle-alert" />
      <div class="body">
        <p class="text">{{ text() ?? t('sin_respuesta') }}</p>
        @if (fields().length > 0) {
          <ul>
            @for (field of fields(); track field) {
              <li>{{ field }}</li>
            }
          </ul>
        }
        @if (requestId(); as id) {
          <p class="id">
            {{ t('codigo') }}: <code>{{ id }}</code>
            <button type="button" (click)="copyRequestId(id)">
              <ms-icon [name]="copied() ? 'check' : 'copy'" />
              {{ copied() ? t('copiado') : t('copiar') }}
            </button>
          </p>
        }
        @if (retryable()) {
          <button msButton="outlined" type="button" (click)="retry.emit()">{{ t('reintentar') }}</button>
        }
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      gap: 0.75rem;
      padding: 0.9rem 1rem;
      border-radius: 12px;
      background: var(--ms-bad-soft);
      color: var(--mat-sys-on-surface);
    }

    :host > ms-icon {
      margin-top: 0.1rem;
      color: var(--ms-bad);
    }

    .body {
      display: grid;
      gap: 0.4rem;
      min-width: 0;
      justify-items: start;
    }

    .text {
      font-weight: 550;
    }

    ul {
      margin: 0;
      padding-left: 1.1rem;
    }

    .id {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.25rem 0.5rem;
      font-size: 0.85rem;
    }

    code {
      overflow-wrap: anywhere;
    }

    .id button {
      --ms-icon-size: 0.95rem;

      display: inline-flex;
      align-items: center;
      gap: 0.3rem;
      min-height: 1.75rem;
      padding: 0 0.5rem;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 8px;
      background: transparent;
      color: inherit;
      font: inherit;
      cursor: pointer;
    }
  `,
  host: { role: 'alert' },
})
export class ErrorState {
  readonly error = input.required<unknown>();
  readonly retryable = input(false);
  /** Paths that are shown elsewhere, beside their fields. */
  readonly except = input<readonly string[]>([]);
  readonly retry = output();

  readonly #clipboard = inject(Clipboard);
  readonly #transloco = inject(TranslocoService);
  protected readonly copied = signal(false);
  readonly #problem = computed(() => {
    const error = this.error();
    return error instanceof ApiError ? error.problem : undefined;
  });
  /** Undefined when nobody answered. */
  protected readonly text = computed(() => {
    const error = this.error();
    if (error instanceof ApiError) return error.status === 0 ? undefined : error.message;
    return error instanceof Error ? error.message : String(error);
  });
  protected readonly requestId = computed(() => this.#problem()?.request_id);
  protected readonly fields = computed(() =>
    (this.#problem()?.errors ?? [])
      .filter(({ path }) => !this.except().includes(path))
      .map(({ path, message }) => `${this.#nameAt(path)}: ${message}`),
  );

  protected copyRequestId(id: string): void {
    this.copied.set(this.#clipboard.copy(id));
  }

  /** What the app calls the field at `body.items.0.cantidad`; as the path says where it has no name for it. */
  #nameAt(path: string): string {
    const key = `campos.${path.split('.').at(-1) ?? path}`;
    const texts = this.#transloco.getTranslation(this.#transloco.getActiveLang());
    return key in texts ? String(texts[key]) : path.replace(/^(body|query|path)\./, '');
  }
}
