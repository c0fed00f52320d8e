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
  includes(contrasena: string, nombre: string): Promise<boolean>;
}

/** The list (some 10 MB in memory) is loaded when the first password is asked about. */
export function createContrasenasComunes(minLength = 8): ContrasenasComunes {
  let known: Promise<ReadonlySet<string>> | undefined;
  return {
    async includes(contrasena, nombre) {
      known ??= loadKnown(minLength);
      const lower = contrasena.toLowerCase();
      return lower === nombre.toLowerCase() || (await known).has(lower);
    },
  };
}

async function loadKnown(minLength: number): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set([...dictionary['passwords-common'], ...NUESTRAS].filter((word) => word.length >= minLength));
}
