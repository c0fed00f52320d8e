import type { z } from 'zod';
import type { FieldError } from './app-error.ts';

const MAX_UNKNOWN = 20;
const MAX_KEY_LENGTH = 64;

/** What zod found, field by field: `part` is `body`, `query` or `path`; a repeated message is told once. */
export function fieldErrors(part: string, { issues }: z.ZodError): FieldError[] {
  const errors = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? unknownFields([part, ...issue.path].join('.'), issue.keys)
      : [{ path: [part, ...issue.path].join('.'), message: issue.message }],
  );
  return errors.filter(
    (error, index) =>
      errors.findIndex((other) => other.path === error.path && other.message === error.message) === index,
  );
}

/** A few of them: a body can hold tens of thousands. */
export const unknownFields = (parent: string, keys: readonly string[]): FieldError[] =>
  keys
    .slice(0, MAX_UNKNOWN)
    .map((key) => ({ path: `${parent}.${key.slice(0, MAX_KEY_LENGTH)}`, message: 'Campo desconocido' }));
