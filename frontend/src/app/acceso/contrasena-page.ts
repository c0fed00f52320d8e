import { Component, computed, inject, input, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormRoot, maxLength, minLength, required } from '@angular/forms/signals';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { safeReturnUrl } from '../core/auth/guards';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { focusFirstError } from '../ui/focus-first-error';
import { refusalsAt, refusalText } from '../ui/refusals';
import { Toast } from '../ui/toast';
import { PasswordField } from './password-field';
import { StrengthMeter } from './strength-meter';

/** Another password: for who is signed in, and for who came with a one-time password and has to choose one. */
@Component({
  selector: 'ms-contrasena-page',
  imports: [ErrorState, FormRoot, PasswordField, StrengthMeter, TranslocoDirective],
  templateUrl: './contrasena-page.html',
  styleUrl: './access-form.scss',
  styles: `
    :host {
      display: block;
      max-width: 26rem;
    }
  `,
})
export class ContrasenaPage {
  readonly volver = input<string>();

  readonly #sesion = inject(Sesion);
  readonly #router = inject(Router);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  /** Typed a moment ago: it is not asked for again. */
  readonly #deUnSoloUso = this.#sesion.porCambiar();

  protected readonly isForced = this.#deUnSoloUso !== undefined;
  protected readonly nombre = this.#deUnSoloUso?.nombre ?? this.#sesion.usuario()?.nombre ?? '';
  protected readonly contrasenas = signal({ actual: this.#deUnSoloUso?.contrasena ?? '', nueva: '' });
  protected readonly failure = signal<unknown>(undefined);
  protected readonly cambio = form(
    this.contrasenas,
    (path) => {
      required(path.actual);
      required(path.nueva);
      minLength(path.nueva, LIMITES.contrasena.minimo);
      maxLength(path.nueva, LIMITES.contrasena.maximo);
    },
    { submission: { action: () => this.#change(), onInvalid: focusFirstError } },
  );
  protected readonly isSubmitting = computed(() => this.cambio().submitting());
  protected readonly actualRefusal = computed(() => refusalText(this.cambio.actual));
  protected readonly nuevaRefusal = computed(() => refusalText(this.cambio.nueva));

  async #change(): Promise<ValidationError.WithFieldTree[]> {
    const { actual, nueva } = this.contrasenas();
    this.failure.set(undefined);
    try {
      await this.#sesion.cambiarContrasena(actual, nueva);
    } catch (error) {
      const refusals = refusalsAt(error, {
        'body.actual': this.cambio.actual,
        'body.nueva': this.cambio.nueva,
      });
      if (refusals.length === 0) this.failure.set(error);
      return refusals;
    }
    this.#toast.say(this.#transloco.translate<string>('acceso.contrasena.hecho'));
    await this.#router.navigateByUrl(safeReturnUrl(this.volver() ?? null));
    return [];
  }
}
