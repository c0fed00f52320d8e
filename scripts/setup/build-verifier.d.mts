/** The page that checks proofs, without keys. */
export function verifierPage(): string;
