import { Component, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { safeReturnUrl } from '../core/auth/guards';
import { Sesion } from '../core/auth/sesion';

/** Shown while the server does not answer whether the session of this browser is still valid; the session is kept. */
@Component({
  selector: 'ms-offline-page',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'acceso.sin_conexion'">
      <h1>{{ t('titulo') }}</h1>
      <p class="lead" role="status">{{ t('texto') }}</p>
      <button class="submit" msButton="filled" type="button" [disabled]="trying()" (click)="tryAgain()">
        {{ trying() ? t('comprobando') : t('reintentar') }}
      </button>
    </ng-container>
  `,
  styleUrl: './access-form.scss',
})
export class OfflinePage {
  readonly volver = input<string>();

  readonly #sesion = inject(Sesion);
  readonly #router = inject(Router);
  protected readonly trying = signal(false);

  protected async tryAgain(): Promise<void> {
    this.trying.set(true);
    await this.#sesion.restaurar();
    this.trying.set(false);
    if (this.#sesion.restauracion() === 'lista') {
      await this.#router.navigateByUrl(safeReturnUrl(this.volver() ?? null));
    }
  }
}
