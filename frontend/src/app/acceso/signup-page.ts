import { Component, computed, inject, input, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, maxLength, minLength, required } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { safeReturnUrl } from '../core/auth/guards';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { refusalsAt, refusalText } from '../ui/refusals';
import { PasswordField } from './password-field';
import { Registro } from './registro';
import { StrengthMeter } from './strength-meter';

@Component({
  selector: 'ms-signup-page',
  imports: [
    ErrorState,
    Field,
    FormField,
    FormRoot,
    Input,
    PasswordField,
    RouterLink,
    StrengthMeter,
    TranslocoDirective,
  ],
  templateUrl: './signup-page.html',
  styleUrl: './access-form.scss',
})
export class SignupPage {
  readonly volver = input<string>();

  readonly #sesion = inject(Sesion);
  readonly #router = inject(Router);
  protected readonly credentials = signal({ nombre: '', contrasena: '' });

  protected readonly registro = inject(Registro).quien;
  protected readonly failure = signal<unknown>(undefined);
  protected readonly signup = form(
    this.credentials,
    (path) => {
      required(path.nombre);
      minLength(path.nombre, LIMITES.nombre_usuario.minimo);
      maxLength(path.nombre, LIMITES.nombre_usuario.maximo);
      required(path.contrasena);
      minLength(path.contrasena, LIMITES.contrasena.minimo);
      maxLength(path.contrasena, LIMITES.contrasena.maximo);
    },
    {
      submission: {
        action: () => this.#signUp(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSubmitting = computed(() => this.signup().submitting());
  /** The server's refusal of a field; undefined when the length is wrong, for which the page has its own text. */
  protected readonly nameRefusal = computed(() => refusalText(this.signup.nombre));
  protected readonly passwordRefusal = computed(() => refusalText(this.signup.contrasena));

  async #signUp(): Promise<ValidationError.WithFieldTree[]> {
    const { nombre, contrasena } = this.credentials();
    this.failure.set(undefined);
    try {
      if (!(await this.#sesion.registrar(nombre.trim(), contrasena))) {
        await this.#router.navigate(['/acceso/entrar'], { queryParams: { motivo: 'pendiente' } });
        return [];
      }
    } catch (error) {
      const refusals = refusalsAt(error, {
        'body.nombre': this.signup.nombre,
        'body.contrasena': this.signup.contrasena,
      });
      if (refusals.length === 0) this.failure.set(error);
      return refusals;
    }
    await this.#router.navigateByUrl(safeReturnUrl(this.volver() ?? null));
    return [];
  }
}
