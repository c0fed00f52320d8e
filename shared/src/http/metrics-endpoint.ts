import type { Express, Request, RequestHandler } from 'express';
import type { Scope } from '../contracts/vocabulary.ts';
import type { AppError } from './app-error.ts';
import { forbidden } from './app-error.ts';
import type { Authenticator } from './authenticate.ts';
import { hasScope } from './caller.ts';

/** What `createMetrics` makes. */
export interface AppMetrics {
  /** Measures requests; put in front of everything. */
  http: RequestHandler;
  /** Counts a refusal that is planned: 429, 503. */
  refused: (refusal: Pick<AppError, 'status' | 'reason'>) => void;
  registry: { metrics(): Promise<string>; contentType: string };
}

const SCOPE: Scope = 'metrics';

/**
 * A service key of scope `metrics`, and nobody else.
 * @throws AppError 401
 */
export async function mayMeasure(authenticator: Authenticator, request: Request): Promise<boolean> {
  return hasScope(await authenticator.authenticate(request), SCOPE);
}

/** `GET /metrics` for whoever may measure. */
export function addMetrics(app: Express, { registry }: AppMetrics, authenticator: Authenticator): void {
  app.get('/metrics', async (request, response) => {
    if (!(await mayMeasure(authenticator, request))) {
      throw forbidden(`Hace falta una clave de servicio con el permiso ${SCOPE}`);
    }
    const text = await registry.metrics();
    response.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text);
  });
}
