import { Component, inject, Injectable } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoPipe, TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';

interface Question {
  titulo: string;
  texto: string;
  /** Names what happens on yes. */
  accion: string;
  danger: boolean;
}

@Component({
  selector: 'ms-confirm-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, TranslocoPipe],
  template: `
    <h2 mat-dialog-title>{{ question.titulo }}</h2>
    <mat-dialog-content>{{ question.texto }}</mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton type="button" [mat-dialog-close]="false">{{ 'ui.cancelar' | transloco }}</button>
      <button matButton="filled" type="button" [class.danger]="question.danger" [mat-dialog-close]="true">
        {{ question.accion }}
      </button>
    </mat-dialog-actions>
  `,
  styles: `
    .danger {
      --mat-button-filled-container-color: var(--mat-sys-error);
      --mat-button-filled-label-text-color: var(--mat-sys-on-error);
    }
  `,
})
class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}

/** `if (await confirm.ask('tareas.cancelar', { danger: true })) …` */
@Injectable({ providedIn: 'root' })
export class Confirm {
  readonly #dialog = inject(MatDialog);
  readonly #transloco = inject(TranslocoService);

  /** Asks with the texts `titulo`, `texto` and `accion` below `key`. */
  async ask(
    key: string,
    { danger, params = {} }: { danger: boolean; params?: Record<string, unknown> },
  ): Promise<boolean> {
    const text = (name: string) => this.#transloco.translate<string>(`${key}.${name}`, params);
    const dialog = this.#dialog.open<ConfirmDialog, Question, boolean>(ConfirmDialog, {
      data: { titulo: text('titulo'), texto: text('texto'), accion: text('accion'), danger },
      maxWidth: '28rem',
      autoFocus: 'dialog',
    });
    return (await firstValueFrom(dialog.afterClosed())) === true;
  }
}
