import { Component, input, signal } from '@angular/core';
import type { FieldTree } from '@angular/forms/signals';
import { FormField } from '@angular/forms/signals';
import { MatIconButton } from '@angular/material/button';
import { MatError, MatFormField, MatHint, MatLabel, MatSuffix } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { TranslocoPipe } from '@jsverse/transloco';

/** A password that can be looked at while it is typed. */
@Component({
  selector: 'ms-password-field',
  imports: [
    FormField,
    MatError,
    MatFormField,
    MatHint,
    MatIcon,
    MatIconButton,
    MatInput,
    MatLabel,
    MatSuffix,
    TranslocoPipe,
  ],
  template: `
    <mat-form-field appearance="outline">
      <mat-label>{{ label() }}</mat-label>
      <input
        matInput
        [type]="visible() ? 'text' : 'password'"
        [autocomplete]="autocomplete()"
        [formField]="field()"
      />
      @let toggle = (visible() ? 'acceso.ocultar' : 'acceso.mostrar') | transloco;
      <button
        matIconButton
        matSuffix
        type="button"
        [attr.aria-label]="toggle"
        [attr.aria-pressed]="visible()"
        [title]="toggle"
        (click)="toggleVisible()"
      >
        <mat-icon [svgIcon]="visible() ? 'eye-off' : 'eye'" aria-hidden="true" />
      </button>
      @if (hint(); as hint) {
        <mat-hint>{{ hint }}</mat-hint>
      }
      <mat-error>{{ error() }}</mat-error>
    </mat-form-field>
  `,
  styles: `
    mat-form-field {
      width: 100%;
    }

    button {
      margin-right: 0.25rem;
    }
  `,
})
export class PasswordField {
  readonly field = input.required<FieldTree<string>>();
  readonly label = input.required<string>();
  readonly error = input.required<string>();
  readonly hint = input<string>();
  readonly autocomplete = input.required<'current-password' | 'new-password'>();

  protected readonly visible = signal(false);

  protected toggleVisible(): void {
    this.visible.update((visible) => !visible);
  }
}
