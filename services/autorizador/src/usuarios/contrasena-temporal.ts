import { randomInt } from 'node:crypto';

/** Without the letters and digits that are taken for one another when somebody reads them out. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** A password that an Admin gave and that nobody used for so long is dead. */
export const CONTRASENA_TEMPORAL_MS = 72 * 3_600_000;

/** Some 79 random bits, in groups that can be read out: `k7pm-2xqr-…`. */
export const nuevaContrasenaTemporal = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');
