import { dictionary } from '@zxcvbn-ts/language-common';

/**
 * The common passwords of zxcvbn-ts (MIT; about 18,000 of 8 characters or more, most of them from public leaks), and
 * the ones that a Spanish-speaking user of this platform would try first.
 */
const NUESTRAS = [
  'contraseña',
  'contrasena',
  'contraseña1',
  'contrasena1',
  'medisupply',
  'medisupply1',
  'administrador',
];

export interface ContrasenasComunes {
  /** Compared without regard to case; `nombre` because a password equal to the user's name is the first guess. */
  includes(contrasena: string, nombre: string): boolean;
}

export function loadContrasenasComunes(minLength = 8): ContrasenasComunes {
  const known = new Set(
    [...dictionary['passwords-common'], ...NUESTRAS].filter((word) => word.length >= minLength),
  );
  return {
    includes(contrasena, nombre) {
      const lower = contrasena.toLowerCase();
      return known.has(lower) || lower === nombre.toLowerCase();
    },
  };
}
