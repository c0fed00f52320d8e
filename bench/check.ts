/** Holds a run against `baseline.json`, which was committed with the code. */
import type { Result } from './result.ts';
import { nearness, priceOf } from './result.ts';
import type { DatabaseWork } from './subject.ts';

/** What one path cost when the baseline was taken. */
export interface Expected {
  /** Of one operation alone: exactly so, on every machine. */
  alone?: DatabaseWork;
  /** Commits per operation under load. How many share one depends on how busy the machine is. */
  commits?: number;
  /** CPU by that of its ceiling, and of the naive way, in the same run. */
  byCeiling?: number;
  byNaive?: number;
}

/** By name of the result. */
export type Baseline = Record<string, Expected>;

/** So much more than the baseline is noise of the machine. */
const CPU_BAND = 2;
const COMMIT_BAND = 2;
/** Commits per operation that timers may add to a short measurement. */
const COMMIT_SLACK = 0.2;

/** What a run would be held against. */
export function baselineOf(results: readonly Result[]): Baseline {
  return Object.fromEntries(
    results.flatMap((result) => {
      const expected = expectedOf(result, results);
      return expected ? [[result.name, expected]] : [];
    }),
  );
}

function expectedOf(result: Result, results: readonly Result[]): Expected | undefined {
  if (result.group !== 'plataforma') return undefined;
  const near = nearness(result, results);
  const price = priceOf(result, results);
  return {
    ...(result.alone ? { alone: result.alone } : {}),
    ...(result.database ? { commits: round(result.database.commits) } : {}),
    ...(near ? { byCeiling: round(1 / near.cpu) } : {}),
    ...(price === undefined ? {} : { byNaive: round(price) }),
  };
}

/** Each difference from the baseline in words, for whoever has to explain it; none when all is as it was. */
export function differences(results: readonly Result[], baseline: Baseline): string[] {
  return Object.entries(baselineOf(results)).flatMap(([name, measured]) => {
    const expected = baseline[name];
    if (!expected) return [`${name}: no está en bench/baseline.json (--update-baseline)`];
    return [
      ...differs('sentencias de una sola', measured.alone?.statements, expected.alone?.statements),
      ...differs('commits de una sola', measured.alone?.commits, expected.alone?.commits),
      ...exceeds('commits por operación', measured.commits, expected.commits, COMMIT_BAND, COMMIT_SLACK),
      ...exceeds('CPU entre la del techo', measured.byCeiling, expected.byCeiling, CPU_BAND),
      ...exceeds('CPU entre la de la manera ingenua', measured.byNaive, expected.byNaive, CPU_BAND),
    ].map((difference) => `${name}: ${difference}`);
  });
}

/** Fewer is a difference as well: the baseline would let it grow back. */
const differs = (what: string, measured: number | undefined, expected: number | undefined): string[] =>
  measured === expected
    ? []
    : [`${what} ${measured}, se esperaban ${expected} (--update-baseline si es lo querido)`];

function exceeds(
  what: string,
  measured: number | undefined,
  expected: number | undefined,
  band: number,
  slack = 0,
): string[] {
  if (measured === undefined || expected === undefined) return [];
  const limit = round(expected * band + slack);
  return measured <= limit ? [] : [`${what} ${measured}, como mucho ${limit} (entonces ${expected})`];
}

const round = (value: number): number => Number(value.toFixed(3));
