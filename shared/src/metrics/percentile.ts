/** The nearest rank of each fraction, of values that are put in order once; undefined without values. */
export function percentilesOf(values: readonly number[]): (fraction: number) => number | undefined {
  const sorted = Float64Array.from(values).toSorted();
  return (fraction) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * fraction) - 1)];
}
