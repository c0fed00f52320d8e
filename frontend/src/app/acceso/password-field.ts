import { Component, input } from '@angular/core';
import type { FieldTree } from '@angular/forms/signals';
import { FormField } from '@angular/forms/signals';
import { Field, Input } from '../ui/field';
import { PasswordToggle } from './password-toggle';

/** A password that can be looked at while it is typed. */
@Component({
  selector: 'ms-password-field',
  imports: [Field, FormField, Input, PasswordToggle],
  template: `
    <ms-field [label]="label()" [field]="field()" [hint]="hint()" [error]="error()">
      <input msInput [type]="toggle.type()" [autocomplete]="autocomplete()" [formField]="field()" />
      <ms-password-toggle #toggle />
    </ms-field>
  `,
  styles: `
    input {
      padding-right: 3rem;
    }
  `,
})
export class PasswordField {
  readonly field = input.required<FieldTree<string>>();
  readonly label = input.required<string>();
  readonly error = input<string>();
  readonly hint = input<string>();
  readonly autocomplete = input.required<'current-password' | 'new-password'>();
}
