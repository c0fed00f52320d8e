import { isObject } from './format.ts';

/** Strings (with the colon behind a name) and numbers of a JSON text. */
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;

/**
 * Whether a JSON text says one thing to every reader: no name twice in an object, of which some take the first and some
 * the last, and no number in a spelling that not all read as the same.
 */
export function isPlainJson(text: string, parsed: unknown): boolean {
  let names = 0;
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (colon !== undefined) names += 1;
    else if (!token.startsWith('"') && String(Number(token)) !== token) return false;
  }
  return names === namesIn(parsed);
}

function namesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + namesIn(entry), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, entry) => sum + 1 + namesIn(entry), 0);
}
