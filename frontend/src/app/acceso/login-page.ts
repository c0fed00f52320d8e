import { Component, DestroyRef, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { safeReturnUrl } from '../core/auth/guards';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { PasswordToggle } from './password-toggle';
import { Registro } from './registro';

type Credentials = Record<'nombre' | 'contrasena', string>;
const NAMES = ['nombre', 'contrasena'] as const;

@Component({
  selector: 'ms-login-page',
  imports: [ErrorState, Field, Input, PasswordToggle, RouterLink, TranslocoDirective],
  templateUrl: './login-page.html',
  styleUrl: './access-form.scss',
})
export class LoginPage {
  /** Query parameters: where to go afterwards, and why the user is here. */
  readonly volver = input<string>();
  readonly motivo = input<string>();

  readonly #sesion = inject(Sesion);
  readonly #router = inject(Router);
  readonly #credentials = signal<Credentials>({ nombre: '', contrasena: '' });
  /** What was left, or sent, once: that it is empty is said only then. */
  readonly #left = signal<ReadonlySet<keyof Credentials>>(new Set());

  /** Whether there is a page for it; nothing is offered before that is known. */
  readonly #registro = inject(Registro);
  protected readonly registro = this.#registro.quien;
  protected readonly primerAcceso = this.#registro.primerAcceso;
  protected readonly failure = signal<unknown>(undefined);
  /** Seconds until the next attempt is allowed. */
  protected readonly waiting = signal(0);
  protected readonly isSubmitting = signal(false);
  #countdown: ReturnType<typeof setInterval> | undefined;

  constructor() {
    // The password may have been changed since it was asked.
    this.#registro.leer();
    inject(DestroyRef).onDestroy(() => clearInterval(this.#countdown));
  }

  protected type(part: Partial<Credentials>): void {
    this.#credentials.update((before) => ({ ...before, ...part }));
  }

  protected leave(name: keyof Credentials): void {
    this.#left.update((before) => new Set(before).add(name));
  }

  protected isMissing(name: keyof Credentials): boolean {
    return this.#left().has(name) && this.#credentials()[name] === '';
  }

  protected async logIn(event: Event, form: HTMLFormElement): Promise<void> {
    event.preventDefault();
    this.#left.set(new Set(NAMES));
    const missing = NAMES.find((name) => this.isMissing(name));
    if (missing !== undefined) return form.querySelector<HTMLElement>(`[name=${missing}]`)?.focus();
    if (this.waiting() > 0 || this.isSubmitting()) return;
    this.failure.set(undefined);
    this.isSubmitting.set(true);
    await this.#send();
    this.isSubmitting.set(false);
  }

  async #send(): Promise<void> {
    const { nombre, contrasena } = this.#credentials();
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
