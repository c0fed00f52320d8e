import { LIMITES } from '@medisupply/shared/contracts/vocabulary';

/** 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
/** Bits from which the next step begins. */
const STEPS = [28, 42, 58] as const;

/**
 * A guess at how hard a password is to guess, as advice while it is typed: characters that follow from those before
 * (repeated, neighbours on the keyboard or in the alphabet), or that spell the user's name, count for little. The server
 * decides, and has the list of common passwords.
 */
export function passwordStrength(contrasena: string, nombre: string): Strength {
  const characters = Array.from(contrasena);
  if (characters.length < LIMITES.contrasena.minimo) return 0;
  const bits = surprising(characters, nombre) * Math.log2(alphabetOf(contrasena));
  return (1 + STEPS.filter((step) => bits >= step).length) as Strength;
}

function surprising(characters: readonly string[], nombre: string): number {
  const lower = characters.join('').toLowerCase();
  const name = nombre.trim().toLowerCase();
  const text = name.length >= 3 ? lower.replaceAll(name, name[0] ?? '') : lower;
  const seen = new Set<string>();
  let previous = '';
  let count = 0;
  for (const character of text) {
    const follows = character === previous || areNeighbours(previous, character);
    count += follows ? 0.2 : seen.has(character) ? 0.6 : 1;
    seen.add(character);
    previous = character;
  }
  return count;
}

const areNeighbours = (a: string, b: string): boolean =>
  a !== '' && ROWS.some((row) => row.includes(a + b) || row.includes(b + a));

function alphabetOf(text: string): number {
  const sizes: [RegExp, number][] = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\d/, 10],
    [/\s/, 1],
    [/[^\p{L}\d\s]/u, 30],
  ];
  return sizes.reduce((sum, [pattern, size]) => (pattern.test(text) ? sum + size : sum), 0);
}
