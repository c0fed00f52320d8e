import type { Injector } from '@angular/core';
import { Component, inject } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoPipe } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';

export interface Question {
  titulo: string;
  texto: string;
  /** Names what happens on yes. */
  accion: string;
  danger: boolean;
}

@Component({
  selector: 'ms-confirm-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, TranslocoPipe],
  template: `
    <h2 mat-dialog-title>{{ question.titulo }}</h2>
    <mat-dialog-content>{{ question.texto }}</mat-dialog-content>
    <mat-dialog-actions align="end">
      <button msButton type="button" [mat-dialog-close]="false">{{ 'ui.volver' | transloco }}</button>
      <button msButton="filled" type="button" [class.danger]="question.danger" [mat-dialog-close]="true">
        {{ question.accion }}
      </button>
    </mat-dialog-actions>
  `,
})
class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}

export async function openConfirmDialog(injector: Injector, question: Question): Promise<boolean> {
  const dialog = injector.get(MatDialog).open<ConfirmDialog, Question, boolean>(ConfirmDialog, {
    data: question,
    maxWidth: '28rem',
    autoFocus: 'dialog',
  });
  return (await firstValueFrom(dialog.afterClosed())) === true;
}
