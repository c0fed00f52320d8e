import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../ui/icon';
import type { Documento } from './firma';
import { documentoOf } from './firma';

/** The signed data and its signature as JSON: to be taken along, or pasted from elsewhere. */
@Component({
  selector: 'ms-json-box',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'firmas.json'">
      <button msButton type="button" [disabled]="json() === ''" (click)="copy()">
        <ms-icon [name]="copied() ? 'check' : 'copy'" />
        {{ copied() ? t('copiado') : t('copiar') }}
      </button>
      <button msButton type="button" [attr.aria-expanded]="isOpen()" (click)="isOpen.set(!isOpen())">
        <ms-icon name="clipboard-check" />
        {{ t('pegar') }}
      </button>
      @if (isOpen()) {
        <label>
          {{ t('etiqueta') }}
          <textarea
            class="ms-input ms-mono"
            rows="6"
            spellcheck="false"
            placeholder='{ "payload": { … }, "firma": "…" }'
            [attr.aria-invalid]="isWrong()"
            aria-describedby="json-box-note"
            (input)="read($event)"
          ></textarea>
        </label>
        <p id="json-box-note" role="status" [class.wrong]="isWrong()">{{ isWrong() ? t('no_sirve') : '' }}</p>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      margin: 0 -0.5rem;
    }

    button {
      --ms-icon-size: 1.05rem;
    }

    label {
      display: grid;
      gap: 0.3rem;
      margin: 0.5rem 0.5rem 0;
      font-size: 0.92rem;
      font-weight: 560;
    }

    p {
      min-height: 1.25rem;
      margin: 0.3rem 0.5rem 0;
      font-size: 0.84rem;
    }

    .wrong {
      color: var(--ms-bad);
    }
  `,
})
export class JsonBox {
  readonly json = input.required<string>();
  readonly pasted = output<Documento>();

  readonly #clipboard = inject(Clipboard);
  protected readonly isOpen = signal(false);
  protected readonly isWrong = signal(false);
  protected readonly copied = signal(false);

  protected copy(): void {
    this.copied.set(this.#clipboard.copy(this.json()));
  }

  protected read(event: Event): void {
    const text = (event.target as HTMLTextAreaElement).value;
    const documento = documentoOf(text);
    this.isWrong.set(documento === undefined && text.trim() !== '');
    if (!documento) return;
    this.pasted.emit(documento);
    this.isOpen.set(false);
  }
}
