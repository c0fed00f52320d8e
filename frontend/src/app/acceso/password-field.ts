import { Component, input, signal } from '@angular/core';
import type { FieldTree } from '@angular/forms/signals';
import { FormField } from '@angular/forms/signals';
import { MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { TranslocoPipe } from '@jsverse/transloco';
import { Field, Input } from '../ui/field';

/** A password that can be looked at while it is typed. */
@Component({
  selector: 'ms-password-field',
  imports: [Field, FormField, Input, MatIcon, MatIconButton, TranslocoPipe],
  template: `
    <ms-field [label]="label()" [field]="field()" [hint]="hint()" [error]="error()">
      <input
        msInput
        [type]="visible() ? 'text' : 'password'"
        [autocomplete]="autocomplete()"
        [formField]="field()"
      />
      @let toggle = (visible() ? 'acceso.ocultar' : 'acceso.mostrar') | transloco;
      <button
        matIconButton
        type="button"
        [attr.aria-label]="toggle"
        [attr.aria-pressed]="visible()"
        [title]="toggle"
        (click)="toggleVisible()"
      >
        <mat-icon [svgIcon]="visible() ? 'eye-off' : 'eye'" aria-hidden="true" />
      </button>
    </ms-field>
  `,
  styles: `
    input {
      padding-right: 3rem;
    }

    button {
      position: absolute;
      right: 0.1rem;
    }
  `,
})
export class PasswordField {
  readonly field = input.required<FieldTree<string>>();
  readonly label = input.required<string>();
  readonly error = input<string>();
  readonly hint = input<string>();
  readonly autocomplete = input.required<'current-password' | 'new-password'>();

  protected readonly visible = signal(false);

  protected toggleVisible(): void {
    this.visible.update((visible) => !visible);
  }
}
