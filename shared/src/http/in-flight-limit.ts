import { tooManyRequests } from './app-error.ts';

/** At most `max` operations at once per key, such as a user's id. */
export interface InFlightLimit {
  /** @throws AppError 429 */
  run<T>(key: number | string, operation: () => Promise<T>): Promise<T>;
}

export function createInFlightLimit(max: number): InFlightLimit {
  const inFlight = new Map<number | string, number>();
  return {
    async run(key, operation) {
      const current = inFlight.get(key) ?? 0;
      if (current >= max)
        throw tooManyRequests(`Hay ${max} operaciones en curso de este usuario`, 1, 'en-curso');
      inFlight.set(key, current + 1);
      try {
        return await operation();
      } finally {
        const left = (inFlight.get(key) ?? 1) - 1;
        if (left === 0) inFlight.delete(key);
        else inFlight.set(key, left);
      }
    },
  };
}
