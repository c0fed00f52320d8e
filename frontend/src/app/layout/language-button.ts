import { Component, inject } from '@angular/core';
import { Idioma } from '../core/i18n/idioma';

export const IDIOMAS = [
  { codigo: 'es', corto: 'ES', nombre: 'español' },
  { codigo: 'en', corto: 'EN', nombre: 'English' },
] as const;

/** Both languages, each named in its own. */
@Component({
  selector: 'ms-language-button',
  template: `
    @for (idioma of idiomas; track idioma.codigo) {
      <button
        type="button"
        [attr.lang]="idioma.codigo"
        [attr.aria-label]="idioma.corto + ', ' + idioma.nombre"
        [attr.aria-pressed]="actual() === idioma.codigo"
        (click)="choose(idioma.codigo)"
      >
        {{ idioma.corto }}
      </button>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      gap: 2px;
      padding: 3px;
      border: 1px solid color-mix(in srgb, currentcolor 35%, transparent);
      border-radius: 10px;
    }

    button {
      min-width: 2rem;
      height: 1.6rem;
      padding: 0 0.35rem;
      border: 0;
      border-radius: 7px;
      background: transparent;
      color: inherit;
      font: inherit;
      font-size: 0.78rem;
      font-weight: 600;
      cursor: pointer;
    }

    [aria-pressed='true'] {
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
    }
  `,
  host: { role: 'group', 'aria-label': 'Idioma · Language' },
})
export class LanguageButton {
  readonly #idioma = inject(Idioma);
  protected readonly idiomas = IDIOMAS;
  protected readonly actual = this.#idioma.codigo;

  protected choose(codigo: 'es' | 'en'): void {
    void this.#idioma.choose(codigo);
  }
}
