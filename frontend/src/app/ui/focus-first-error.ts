import type { FieldTree } from '@angular/forms/signals';

/** For `onInvalid` of a form: to the first field that is wrong. */
export const focusFirstError = (form: FieldTree<unknown>): void =>
  form().errorSummary()[0]?.fieldTree().focusBoundControl();
