import { ApiError } from '@medisupply/api-client/api-client';

const STATUSES = new Set([0, 502, 503, 504]);

/** No network, or a service that is down: nobody has decided anything. */
export const isWithoutAnswer = (error: unknown): boolean =>
  error instanceof ApiError && STATUSES.has(error.status);
