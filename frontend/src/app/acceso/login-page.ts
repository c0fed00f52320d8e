import { Component, computed, DestroyRef, inject, input, signal } from '@angular/core';
import { form, FormField, FormRoot, required } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { safeReturnUrl } from '../core/auth/guards';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { PasswordField } from './password-field';
import { Registro } from './registro';

@Component({
  selector: 'ms-login-page',
  imports: [
    ErrorState,
    Field,
    FormField,
    FormRoot,
    Input,
    MatButton,
    PasswordField,
    RouterLink,
    TranslocoDirective,
  ],
  templateUrl: './login-page.html',
  styleUrl: './access-form.scss',
})
export class LoginPage {
  /** Query parameters: where to go afterwards, and why the user is here. */
  readonly volver = input<string>();
  readonly motivo = input<string>();

  readonly #sesion = inject(Sesion);
  readonly #router = inject(Router);
  readonly #credentials = signal({ nombre: '', contrasena: '' });

  /** Whether there is a page for it; nothing is offered before that is known. */
  readonly #registro = inject(Registro);
  protected readonly registro = this.#registro.quien;
  protected readonly primerAcceso = this.#registro.primerAcceso;
  protected readonly failure = signal<unknown>(undefined);
  /** Seconds until the next attempt is allowed. */
  protected readonly waiting = signal(0);
  protected readonly login = form(
    this.#credentials,
    (path) => {
      required(path.nombre);
      required(path.contrasena);
    },
    {
      submission: {
        action: () => this.#logIn(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSubmitting = computed(() => this.login().submitting());
  #countdown: ReturnType<typeof setInterval> | undefined;

  constructor() {
    // The password may have been changed since it was asked.
    this.registro.reload();
    inject(DestroyRef).onDestroy(() => clearInterval(this.#countdown));
  }

  async #logIn(): Promise<undefined> {
    const { nombre, contrasena } = this.#credentials();
    if (this.waiting() > 0) return;
    this.failure.set(undefined);
    try {
      await this.#sesion.iniciar(nombre.trim(), contrasena);
      if (this.#sesion.porCambiar()) {
        await this.#router.navigate(['/acceso/contrasena'], { queryParamsHandling: 'preserve' });
        return;
      }
      await this.#router.navigateByUrl(safeReturnUrl(this.volver() ?? null));
    } catch (error) {
      this.failure.set(error);
      if (error instanceof ApiError && error.retryAfter !== undefined) this.#waitFor(error.retryAfter);
    }
  }

  #waitFor(seconds: number): void {
    clearInterval(this.#countdown);
    this.waiting.set(seconds);
    this.#countdown = setInterval(() => {
      this.waiting.update((left) => left - 1);
      if (this.waiting() <= 0) clearInterval(this.#countdown);
    }, 1_000);
  }
}
