import cors from 'cors';
import type { Express } from 'express';

/** Cross-origin access for the named origins only; none by default, and never `*` with credentials. */
export function setupCors(app: Express, origins: readonly string[] = []): void {
  app.use(
    cors({
      origin: [...origins],
      credentials: true,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: [
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'Last-Event-ID',
        'X-Request-Id',
        'traceparent',
      ],
      exposedHeaders: ['Idempotent-Replayed', 'Link', 'Retry-After', 'X-Request-Id'],
      maxAge: 600,
    }),
  );
}
