import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, Injectable, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../ui/icon';

export interface ContrasenaDada {
  nombre: string;
  contrasena: string;
}

@Component({
  selector: 'ms-contrasena-dada-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('usuarios.dada.titulo', { nombre: dada.nombre }) }}</h2>
      <mat-dialog-content>
        <p>{{ t('usuarios.dada.texto') }}</p>
        <p class="secret ms-mono" tabindex="0">{{ dada.contrasena }}</p>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button msButton type="button" (click)="copy()">
          <ms-icon [name]="copied() ? 'check' : 'copy'" />
          {{ copied() ? t('ui.copiado') : t('ui.copiar') }}
        </button>
        <button msButton="filled" type="button" mat-dialog-close>{{ t('ui.cerrar') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    .secret {
      margin-top: 1rem;
      padding: 0.8rem 1rem;
      border-radius: 10px;
      background: var(--mat-sys-surface-container-highest);
      color: var(--mat-sys-on-surface);
      font-size: 1.15rem;
      user-select: all;
    }
  `,
})
class ContrasenaDadaDialogView {
  readonly #clipboard = inject(Clipboard);
  protected readonly dada = inject<ContrasenaDada>(MAT_DIALOG_DATA);
  protected readonly copied = signal(false);

  protected copy(): void {
    this.copied.set(this.#clipboard.copy(this.dada.contrasena));
  }
}

/** Shows a one-time password, this one time. */
@Injectable({ providedIn: 'root' })
export class ContrasenaDadaDialog {
  readonly #dialog = inject(MatDialog);

  show(dada: ContrasenaDada): void {
    this.#dialog.open<ContrasenaDadaDialogView, ContrasenaDada>(ContrasenaDadaDialogView, {
      data: dada,
      maxWidth: '30rem',
      // A click beside it would lose what is shown once.
      disableClose: true,
    });
  }
}
