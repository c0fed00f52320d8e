import { Component, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { safeReturnUrl } from '../core/auth/guards';
import { EmptyState } from '../ui/empty-state';

/** In the place of a page whose files this device does not keep. */
@Component({
  selector: 'ms-sin-red',
  imports: [EmptyState, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'avisos.necesita_red'">
      <ms-empty-state icon="wifi-off" [wholePage]="true" [heading]="t('titulo')" [text]="t('texto')">
        <button type="button" (click)="tryAgain()">{{ t('reintentar') }}</button>
        <a routerLink="/confirmar">{{ t('confirmar') }}</a>
      </ms-empty-state>
    </ng-container>
  `,
  styles: `
    button,
    a {
      min-height: 2.5rem;
      padding: 0.5rem 1rem;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 999px;
      background: transparent;
      color: inherit;
      font: inherit;
      text-decoration: none;
      cursor: pointer;
    }
  `,
})
export class SinRed {
  readonly volver = input<string>();

  readonly #router = inject(Router);

  protected async tryAgain(): Promise<void> {
    await this.#router.navigateByUrl(safeReturnUrl(this.volver() ?? null), { onSameUrlNavigation: 'reload' });
  }
}
