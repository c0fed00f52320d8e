import { Component, computed, Directive, inject, input } from '@angular/core';
import type { FieldTree } from '@angular/forms/signals';

let fields = 0;

/**
 * A label above its control, and below it a hint or, once the field was left, what is wrong with it:
 *
 *     <ms-field [label]="t('pedido')" [field]="entrega.pedido_id" [hint]="…" [error]="…">
 *       <input msInput [formField]="entrega.pedido_id" />
 *     </ms-field>
 *
 * Without `error`, the field's own first message is shown. What follows the control (a button) is projected with it.
 */
@Component({
  selector: 'ms-field',
  template: `
    <label [attr.for]="id">{{ label() }}</label>
    <div class="control"><ng-content /></div>
    <!-- There before it says something: screen readers announce the change. -->
    <p [id]="noteId" [class.error]="showsError()" aria-live="polite">{{ note() }}</p>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 0.3rem;
    }

    label {
      font-size: 0.92rem;
      font-weight: 560;
    }

    .control {
      position: relative;
      display: flex;
      align-items: center;
    }

    p {
      min-height: 1.25rem;
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.84rem;
      line-height: 1.25rem;
    }

    .error {
      color: var(--ms-bad);
    }
  `,
})
export class Field {
  readonly label = input.required<string>();
  /** Only looked at; the control binds it itself. */
  readonly field = input<FieldTree<unknown>>();
  /** Of a control without a `field`. */
  readonly wrong = input(false);
  readonly hint = input<string | undefined>();
  readonly error = input<string | undefined>();

  /** Of the control. */
  readonly id = `ms-field-${(fields += 1)}`;
  readonly noteId = `${this.id}-note`;
  readonly showsError = computed(() => {
    const state = this.field()?.();
    return state === undefined ? this.wrong() : state.touched() && state.invalid();
  });
  protected readonly note = computed(() =>
    this.showsError() ? (this.error() ?? this.field()?.().errors()[0]?.message ?? '') : (this.hint() ?? ''),
  );
}

/** The control of an `ms-field`. */
@Directive({
  selector: 'input[msInput], select[msInput], textarea[msInput]',
  host: {
    class: 'ms-input',
    '[id]': 'field.id',
    '[attr.aria-describedby]': 'field.noteId',
    '[attr.aria-invalid]': 'field.showsError()',
  },
})
export class Input {
  protected readonly field = inject(Field);
}
