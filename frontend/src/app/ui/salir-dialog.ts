import type { Injector } from '@angular/core';
import { Component, inject } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';

/** What to do with work that was not sent, before its user logs out. */
export type Salida = 'enviar' | 'dejar' | 'borrar';

interface Question {
  cuenta: number;
  salidas: readonly Salida[];
}

@Component({
  selector: 'ms-salir-dialog',
  imports: [MatDialogClose, MatDialogContent, MatDialogTitle, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('cuenta.sin_enviar.titulo') }}</h2>
      <mat-dialog-content>
        <p>{{ t('cuenta.sin_enviar.texto', { cuenta: question.cuenta }) }}</p>
        @for (salida of question.salidas; track salida) {
          <button type="button" [mat-dialog-close]="salida">
            <strong>{{ t('cuenta.sin_enviar.' + salida) }}</strong>
            <span class="ms-soft">{{ t('cuenta.sin_enviar.' + salida + '_texto') }}</span>
          </button>
        }
        <button type="button" [mat-dialog-close]="undefined">
          <strong>{{ t('cuenta.sin_enviar.seguir') }}</strong>
        </button>
      </mat-dialog-content>
    </ng-container>
  `,
  styles: `
    mat-dialog-content {
      display: grid;
      gap: 0.6rem;
    }

    button {
      display: grid;
      gap: 0.15rem;
      padding: 0.7rem 0.9rem;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 12px;
      background: transparent;
      color: inherit;
      font: inherit;
      text-align: start;
      cursor: pointer;
    }
  `,
})
class SalirDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}

/** Undefined when they stay. */
export function askHowToLeave(injector: Injector, data: Question): Promise<Salida | undefined> {
  const dialog = injector
    .get(MatDialog)
    .open<SalirDialog, Question, Salida>(SalirDialog, { data, maxWidth: '28rem', autoFocus: 'dialog' });
  return firstValueFrom(dialog.afterClosed());
}
