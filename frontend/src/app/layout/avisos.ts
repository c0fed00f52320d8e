import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Actualizacion } from '../core/actualizacion';
import { Sesion } from '../core/auth/sesion';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { MisEntregas } from '../core/entregas/mis-entregas';
import { Idioma } from '../core/i18n/idioma';
import { Red } from '../core/red';

/** What the whole app has to tell: that there is no network and what waits for it, and that there is a new version. */
@Component({
  selector: 'ms-avisos',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'avisos'">
      @if (isWithoutNetwork()) {
        <p class="aviso" role="status">
          <strong>{{ t('sin_red') }}</strong>
          @if (esperan() > 0) {
            {{ t('esperan', { cuenta: esperan() }) }}
          }
          @if (guardadas() > 0) {
            {{ t('entregas', { momento: desde() }) }}
          }
        </p>
      }
      @if (irrecuperable() || hay()) {
        <p class="aviso" role="status">
          {{ t(irrecuperable() ? 'irrecuperable' : 'version') }} ·
          <button type="button" (click)="update()">
            {{ t(irrecuperable() ? 'recargar' : 'actualizar') }}
          </button>
        </p>
      }
    </ng-container>
  `,
  styles: `
    .aviso {
      margin: 0 0 1rem;
      padding: 0.6rem 0.9rem;
      border-radius: 12px;
      background: var(--ms-wait-soft);
    }

    button {
      min-height: 1.75rem;
      padding: 0 0.5rem;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 8px;
      background: transparent;
      color: inherit;
      font: inherit;
      font-weight: 600;
      cursor: pointer;
    }
  `,
})
export class Avisos {
  readonly #idioma = inject(Idioma).codigo;
  readonly #sesion = inject(Sesion);
  readonly #red = inject(Red);
  readonly #confirmaciones = inject(Confirmaciones);
  readonly #misEntregas = inject(MisEntregas);
  readonly #actualizacion = inject(Actualizacion);

  protected readonly hay = this.#actualizacion.hay;
  protected readonly irrecuperable = this.#actualizacion.irrecuperable;
  protected readonly esperan = computed(() => this.#confirmaciones.porEnviar().length);
  protected readonly isWithoutNetwork = computed(
    () =>
      !this.#red.hay() ||
      this.#sesion.isOffline() ||
      (this.esperan() > 0 && this.#confirmaciones.sinRespuesta()),
  );
  protected readonly guardadas = computed(() => this.#misEntregas.guardadas().length);
  protected readonly desde = computed(() =>
    new Date(this.#misEntregas.desde()).toLocaleString(this.#idioma(), {
      dateStyle: 'short',
      timeStyle: 'short',
    }),
  );

  protected update(): void {
    this.#actualizacion.aplicar();
  }
}
