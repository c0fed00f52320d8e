/** What is done to the parts, and when: all of it follows from the seed. */
import * as fc from 'fast-check';

/** The parts that faults strike, by the name of their process. */
export type Part = 'worker' | 'logistica-inventario' | 'autorizador' | 'redis' | 'postgres';

interface Kind {
  name: string;
  does: 'kill' | 'pause' | 'cut' | 'flush' | 'lock' | 'starve' | 'lose answers';
  part?: Part;
}

export const KINDS: readonly Kind[] = [
  { name: 'muerte-worker', does: 'kill', part: 'worker' },
  { name: 'muerte-logistica', does: 'kill', part: 'logistica-inventario' },
  { name: 'muerte-autorizador', does: 'kill', part: 'autorizador' },
  { name: 'muerte-redis', does: 'kill', part: 'redis' },
  { name: 'pausa-worker', does: 'pause', part: 'worker' },
  { name: 'pausa-logistica', does: 'pause', part: 'logistica-inventario' },
  { name: 'pausa-redis', does: 'pause', part: 'redis' },
  { name: 'corte-redis', does: 'cut', part: 'redis' },
  { name: 'vaciado-redis', does: 'flush', part: 'worker' },
  { name: 'bloqueo-base', does: 'lock' },
  { name: 'hambre-cpu', does: 'starve' },
  { name: 'respuesta-perdida', does: 'lose answers' },
];

/** Where the platform is on PostgreSQL, these as well. */
const ON_POSTGRES: readonly Kind[] = [
  { name: 'muerte-postgres', does: 'kill', part: 'postgres' },
  { name: 'corte-postgres', does: 'cut', part: 'postgres' },
];

export const kindsOn = (postgres: boolean): readonly Kind[] =>
  postgres ? [...KINDS, ...ON_POSTGRES] : KINDS;

export interface Fault {
  kind: Kind;
  /** From the first confirmation on (ms). */
  at: number;
  /** Of what lasts (ms). */
  lasts: number;
}

/** One fault in each; it and what it leaves behind get so long (ms). */
export const SLOT = 5_000;

/** The same seed, length and kinds give the same faults; every kind has had its turn before one has its next. */
export function planOf(seed: number, seconds: number, names: readonly string[]): Fault[] {
  const kinds = kindsOn(true).filter(({ name }) => names.includes(name));
  const slots = Math.floor((seconds * 1_000) / SLOT);
  const round = fc.shuffledSubarray(kinds, { minLength: kinds.length });
  const fault = fc.record({
    at: fc.integer({ min: 500, max: 1_500 }),
    lasts: fc.integer({ min: 2_000, max: 3_000 }),
  });
  const all = fc.tuple(
    fc.array(round, { minLength: slots, maxLength: slots }),
    fc.array(fault, { minLength: slots, maxLength: slots }),
  );
  const [[rounds, moments]] = fc.sample(all, { seed, numRuns: 1 }) as [[Kind[][], Omit<Fault, 'kind'>[]]];
  const order = rounds.flat();
  return moments.map(({ at, lasts }, slot) => ({ kind: order[slot]!, at: slot * SLOT + at, lasts }));
}
