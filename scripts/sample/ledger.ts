import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What was made, each line when it is there: what was begun and interrupted can be removed as well. */
const entry = z.object({ clase: z.enum(['usuario', 'producto', 'entrega']), id: z.int() });
export type Clase = z.output<typeof entry>['clase'];

export interface Ledger {
  readonly path: string;
  exists(): boolean;
  note(clase: Clase, id: number): void;
  idsOf(clase: Clase): number[];
  remove(): void;
}

export function openLedger(dataDir: string): Ledger {
  const path = join(dataDir, 'muestra.jsonl');
  const entries = () =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => entry.parse(JSON.parse(line)));
  return {
    path,
    exists: () => existsSync(path),
    note: (clase, id) => appendFileSync(path, `${JSON.stringify({ clase, id })}\n`, { mode: 0o600 }),
    idsOf: (clase) =>
      entries()
        .filter((known) => known.clase === clase)
        .map(({ id }) => id),
    remove: () => rmSync(path, { force: true }),
  };
}
