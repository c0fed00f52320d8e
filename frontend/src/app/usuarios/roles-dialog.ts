import { Component, computed, inject, Injectable, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { ROLES } from '@medisupply/shared/contracts/vocabulary';
import type { Usuario } from './usuario';
import { inOrder } from './usuario';

@Component({
  selector: 'ms-roles-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('usuarios.roles_de', { nombre: usuario.nombre }) }}</h2>
      <mat-dialog-content>
        <fieldset>
          <legend class="ms-visually-hidden">{{ t('usuarios.roles') }}</legend>
          @for (rol of all; track rol) {
            <label>
              <input type="checkbox" [checked]="chosen().includes(rol)" (change)="toggle(rol)" />
              <span>
                <strong>{{ t('usuarios.rol.' + rol + '.nombre') }}</strong>
                <span class="ms-soft">{{ t('usuarios.rol.' + rol + '.texto') }}</span>
              </span>
            </label>
          }
        </fieldset>
        <p class="note" aria-live="polite">{{ chosen().length === 0 ? t('usuarios.falta_rol') : '' }}</p>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button msButton type="button" mat-dialog-close>{{ t('ui.volver') }}</button>
        <button msButton="filled" type="button" [disabled]="!isChange()" (click)="finish()">
          {{ t('usuarios.continuar') }}
        </button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styleUrl: './roles-dialog.scss',
})
class RolesDialogView {
  readonly #dialog = inject<MatDialogRef<RolesDialogView, Rol[]>>(MatDialogRef);
  protected readonly usuario = inject<Usuario>(MAT_DIALOG_DATA);
  protected readonly all = inOrder(ROLES);
  protected readonly chosen = signal<readonly Rol[]>(inOrder(this.usuario.roles));
  protected readonly isChange = computed(
    () => this.chosen().length > 0 && this.chosen().join() !== inOrder(this.usuario.roles).join(),
  );

  protected toggle(rol: Rol): void {
    this.chosen.update((before) =>
      before.includes(rol) ? before.filter((other) => other !== rol) : inOrder([...before, rol]),
    );
  }

  protected finish(): void {
    this.#dialog.close([...this.chosen()]);
  }
}

/** Asks for a user's roles; undefined when nothing is to change. */
@Injectable({ providedIn: 'root' })
export class RolesDialog {
  readonly #dialog = inject(MatDialog);

  choose(usuario: Usuario): Promise<Rol[] | undefined> {
    const dialog = this.#dialog.open<RolesDialogView, Usuario, Rol[]>(RolesDialogView, {
      data: usuario,
      maxWidth: '30rem',
    });
    return firstValueFrom(dialog.afterClosed());
  }
}
