import { Component, computed, inject, Injectable, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, maxLength, minLength, required } from '@angular/forms/signals';
import {
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { AutorizadorApi } from '../core/api/autorizador-api';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { refusalsAt, refusalText } from '../ui/refusals';
import type { ContrasenaDada } from './contrasena-dada-dialog';

@Component({
  selector: 'ms-usuario-nuevo-dialog',
  imports: [
    ErrorState,
    Field,
    FormField,
    FormRoot,
    Input,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    TranslocoDirective,
  ],
  template: `
    <form *transloco="let t" [formRoot]="usuario">
      <h2 mat-dialog-title>{{ t('usuarios.nuevo.titulo') }}</h2>
      <mat-dialog-content>
        <p>{{ t('usuarios.nuevo.texto') }}</p>
        @if (failure(); as error) {
          <ms-error-state [error]="error" />
        }
        <ms-field
          [label]="t('usuarios.nombre')"
          [field]="usuario.nombre"
          [hint]="t('usuarios.nuevo.ayuda')"
          [error]="refusal() ?? t('usuarios.nuevo.ayuda')"
        >
          <input msInput type="text" autocomplete="off" spellcheck="false" [formField]="usuario.nombre" />
        </ms-field>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button msButton type="button" mat-dialog-close>{{ t('ui.volver') }}</button>
        <button msButton="filled" type="submit" [disabled]="usuario().submitting()">
          {{ t('usuarios.nuevo.crear') }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    p {
      margin-bottom: 1rem;
    }
  `,
})
class UsuarioNuevoDialogView {
  readonly #autorizador = inject(AutorizadorApi);
  readonly #dialog = inject<MatDialogRef<UsuarioNuevoDialogView, ContrasenaDada>>(MatDialogRef);
  readonly #usuario = signal({ nombre: '' });

  protected readonly failure = signal<unknown>(undefined);
  protected readonly usuario = form(
    this.#usuario,
    (path) => {
      required(path.nombre);
      minLength(path.nombre, LIMITES.nombre_usuario.minimo);
      maxLength(path.nombre, LIMITES.nombre_usuario.maximo);
    },
    { submission: { action: () => this.#create(), onInvalid: focusFirstError } },
  );
  protected readonly refusal = computed(() => refusalText(this.usuario.nombre));

  async #create(): Promise<ValidationError.WithFieldTree[]> {
    this.failure.set(undefined);
    try {
      const { data } = await this.#autorizador.call('POST /usuarios', {
        body: { nombre: this.#usuario().nombre.trim() },
      });
      this.#dialog.close({ nombre: data.usuario.nombre, contrasena: data.contrasena ?? '' });
      return [];
    } catch (error) {
      const refusals = refusalsAt(error, { 'body.nombre': this.usuario.nombre });
      if (refusals.length === 0) this.failure.set(error);
      return refusals;
    }
  }
}

/** Creates a user with a one-time password; undefined when nobody was created. */
@Injectable({ providedIn: 'root' })
export class UsuarioNuevoDialog {
  readonly #dialog = inject(MatDialog);

  create(): Promise<ContrasenaDada | undefined> {
    const dialog = this.#dialog.open<UsuarioNuevoDialogView, void, ContrasenaDada>(UsuarioNuevoDialogView, {
      maxWidth: '30rem',
    });
    return firstValueFrom(dialog.afterClosed());
  }
}
