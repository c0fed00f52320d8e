/** Something the person at the terminal can put right: shown without a stack, with its remedy. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The system's code of an error (`ENOENT`), or its message. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}
