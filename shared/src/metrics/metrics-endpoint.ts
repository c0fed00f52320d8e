import type { Express } from 'express';
import type { Scope } from '../contracts/vocabulary.ts';
import { forbidden } from '../http/app-error.ts';
import type { Authenticator } from '../http/authenticate.ts';
import type { Metrics } from './metrics.ts';

const SCOPE: Scope = 'metrics';

/** `GET /metrics` for a service key of scope `metrics`, and nobody else. */
export function addMetrics(app: Express, { registry }: Metrics, authenticator: Authenticator): void {
  app.get('/metrics', async (request, response) => {
    const caller = await authenticator.authenticate(request);
    if (caller.kind !== 'service' || !caller.scopes.includes(SCOPE)) {
      throw forbidden(`Hace falta una clave de servicio con el permiso ${SCOPE}`);
    }
    const text = await registry.metrics();
    response.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text);
  });
}
