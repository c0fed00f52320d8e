import type { Express } from 'express';
import { VERSION } from '../version.ts';

/** One thing that a process needs; `ok: false` with `optional` makes it degraded, without makes it unready. */
export interface ReadinessCheck {
  name: string;
  optional?: boolean;
  check(): Promise<boolean> | boolean;
}

export interface HealthOptions {
  readiness?: readonly ReadinessCheck[];
  /** True once the process has been told to stop. */
  isStopping?: () => boolean;
}

/** `GET /health` (who am I), `/livez` (the event loop turns), `/readyz` (503 and what is missing). All open. */
export function addHealthCheck(app: Express, serviceName: string, options: HealthOptions = {}): void {
  app.get('/health', (_request, response) => {
    response.json({
      status: 'healthy',
      service: serviceName,
      version: VERSION,
      timestamp: new Date().toISOString(),
    });
  });

  app.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });

  app.get('/readyz', async (_request, response) => {
    const checks: Record<string, string> = {};
    let status: 'ready' | 'degraded' | 'unready' = 'ready';
    for (const item of options.readiness ?? []) {
      const ok = await passes(item);
      checks[item.name] = ok ? 'ok' : 'falta';
      if (ok || status === 'unready') continue;
      status = item.optional ? 'degraded' : 'unready';
    }
    if (options.isStopping?.()) {
      checks['proceso'] = 'deteniéndose';
      status = 'unready';
    }
    response.status(status === 'unready' ? 503 : 200).json({ status, checks });
  });
}

async function passes(item: ReadinessCheck): Promise<boolean> {
  try {
    return await item.check();
  } catch {
    return false;
  }
}
