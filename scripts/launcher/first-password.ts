import { readFileSync } from 'node:fs';

/**
 * How a person gets at the administrator's password. It is shown once, and on a terminal only: a file or a pipe would keep
 * it, and nobody knows who reads that.
 */
export function whereThePasswordIs(
  file: string,
  { firstStart, isTerminal }: { firstStart: boolean; isTerminal: boolean },
): string {
  return firstStart && isTerminal
    ? `${readFileSync(file, 'utf8').trim()}   (se muestra solo esta vez; queda en ${file})`
    : `la de ${file}`;
}
