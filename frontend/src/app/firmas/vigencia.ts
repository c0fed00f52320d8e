import type { Cabecera } from './firma';

/** Clocks may differ by so much (s). */
const SKEW = 60;

export type Vigencia = 'vigente' | 'expirada' | 'futura' | 'desconocida';

/** Whether a signature is valid now: from `iat` to `exp`. */
export function vigenciaOf(cabecera: Cabecera | undefined, now: number): Vigencia {
  const { iat, exp } = cabecera ?? {};
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'desconocida';
  const seconds = Math.floor(now / 1_000);
  if (iat > seconds + SKEW) return 'futura';
  return seconds > exp + SKEW ? 'expirada' : 'vigente';
}

/** `14:05` minutes and seconds until `exp`, `0:00` after it. */
export function remaining(exp: number, now: number): string {
  const seconds = Math.max(0, exp - Math.floor(now / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
