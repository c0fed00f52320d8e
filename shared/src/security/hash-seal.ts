import { macOf } from './mac.ts';

/**
 * How hashes of personal data are stored: whoever has the file and not the key cannot tell whether a guess is right, which
 * a plain hash tells. Over the hash and not over the data, so that what was stored plain can be sealed as it lies there.
 */
export interface HashSeal {
  seal(hash: string): string;
  /** What may be stored for a hash: its seal, or itself until it has been sealed. */
  formsOf(hash: string): readonly [sealed: string, plain: string];
}

/** No hexadecimal digit, as a plain hash begins with. */
const PREFIX = 'h1:';

export function createHashSeal(key: string): HashSeal {
  const seal = (hash: string) => PREFIX + macOf(key, hash);
  return { seal, formsOf: (hash) => [seal(hash), hash] };
}

export const isSealed = (stored: string): boolean => stored.startsWith(PREFIX);
