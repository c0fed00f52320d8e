import type { FieldTree, ValidationError } from '@angular/forms/signals';
import { ApiError } from '@medisupply/api-client/api-client';

const KIND = 'server';

/**
 * What a refusal says about the fields of a form, for a submission to return. `fields` has them by their paths in the
 * problem: `{ 'body.sku': form.sku }`.
 */
export function refusalsAt(
  error: unknown,
  fields: Readonly<Record<string, FieldTree<unknown>>>,
): ValidationError.WithFieldTree[] {
  const errors = error instanceof ApiError ? (error.problem?.errors ?? []) : [];
  return errors.flatMap(({ path, message }) => {
    const fieldTree = fields[path];
    return fieldTree ? [{ kind: KIND, message, fieldTree }] : [];
  });
}

/** A refusal of a field in the app's own words, where the server gives none for it. */
export const refusalOf = (fieldTree: FieldTree<unknown>, message: string): ValidationError.WithFieldTree => ({
  kind: KIND,
  message,
  fieldTree,
});

/** What the server said about a field, until it is changed. */
export const refusalText = (field: FieldTree<unknown>): string | undefined =>
  field()
    .errors()
    .find(({ kind }) => kind === KIND)?.message;
