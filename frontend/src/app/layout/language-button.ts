import { Component, inject } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';

/** Shows the language in use; its label speaks the other one, for who needs it. */
@Component({
  selector: 'ms-language-button',
  imports: [TranslocoPipe],
  template: `
    @let label = 'preferencias.idioma' | transloco;
    <button
      type="button"
      [attr.aria-label]="label"
      [attr.lang]="idioma.codigo() === 'es' ? 'en' : 'es'"
      [title]="label"
      (click)="idioma.toggle()"
    >
      <span aria-hidden="true" [class.on]="idioma.codigo() === 'es'">ES</span>
      <span aria-hidden="true" [class.on]="idioma.codigo() === 'en'">EN</span>
    </button>
  `,
  styles: `
    button {
      display: inline-flex;
      align-items: center;
      gap: 2px;
      height: 2rem;
      padding: 3px;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 9px;
      background: transparent;
      color: inherit;
      font: inherit;
      font-size: 0.78rem;
      font-weight: 600;
      cursor: pointer;
    }

    span {
      padding: 0.1rem 0.35rem;
      border-radius: 6px;
    }

    .on {
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
    }
  `,
})
export class LanguageButton {
  protected readonly idioma = inject(Idioma);
}
