/** The page without keys. */
export function verifierPage(): string;
/** The same page with those keys in it, saved at `when`. */
export function withKeys(page: string, jwks: { keys: readonly unknown[] }, when: string): string;
