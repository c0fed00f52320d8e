import { Component, model, resource, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { dataUrlOf } from '../ui/data-url';
import { Icon } from '../ui/icon';
import type { Foto } from './foto';
import { toFoto } from './foto';

/** A photo of what is delivered, if one is wanted: taken on a phone, chosen elsewhere. */
@Component({
  selector: 'ms-foto-input',
  imports: [Icon, TranslocoDirective],
  template: `
    <fieldset *transloco="let t; prefix: 'confirmar.foto'">
      <legend>{{ t('titulo') }}</legend>
      @if (preview.value(); as picture) {
        <img [src]="picture" [alt]="t('tomada')" />
      }
      <div class="tools">
        <label>
          <input
            #file
            class="ms-visually-hidden"
            type="file"
            accept="image/*"
            capture="environment"
            (change)="take(file)"
          />
          <span msButton="outlined"><ms-icon name="camera" /> {{ t(value() ? 'otra' : 'tomar') }}</span>
        </label>
        @if (value()) {
          <button msButton type="button" (click)="value.set(undefined)">{{ t('quitar') }}</button>
        }
      </div>
      <p [class]="isUnreadable() ? 'error' : 'ms-soft'" aria-live="polite">
        {{ t(isUnreadable() ? 'ilegible' : 'ayuda') }}
      </p>
    </fieldset>
  `,
  styles: `
    fieldset {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 0.5rem;
      min-width: 0;
      margin: 0;
      padding: 0;
      border: 0;
    }

    legend {
      float: left;
      padding: 0;
      font-size: 0.92rem;
      font-weight: 560;
    }

    img {
      max-width: 100%;
      max-height: 12rem;
      border-radius: 10px;
    }

    .tools {
      display: flex;
      flex-wrap: wrap;
      gap: 0.5rem;
    }

    input:focus-visible + span {
      outline: 2px solid var(--mat-sys-primary);
      outline-offset: 2px;
    }

    p {
      font-size: 0.84rem;
    }

    .error {
      color: var(--ms-bad);
    }
  `,
})
export class FotoInput {
  readonly value = model<Foto>();
  protected readonly isUnreadable = signal(false);
  protected readonly preview = resource({
    params: () => this.value(),
    loader: ({ params }) => dataUrlOf(params.jpeg),
  });

  protected async take(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    // The same file can be chosen again.
    input.value = '';
    if (!file) return;
    try {
      this.value.set(await toFoto(file));
      this.isUnreadable.set(false);
    } catch {
      this.isUnreadable.set(true);
    }
  }
}
