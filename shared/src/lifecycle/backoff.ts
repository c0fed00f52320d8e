export interface Backoff {
  first: number;
  max: number;
}

/** How long to wait after so many failures before this one: `first`, then twice as long each time, at most `max`. */
export const backoff = (failures: number, { first, max }: Backoff): number =>
  Math.min(first * 2 ** failures, max);
