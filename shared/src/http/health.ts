import type { Express, Request } from 'express';
import type { Authenticator } from './authenticate.ts';
import { mayMeasure } from './metrics-endpoint.ts';
import { VERSION } from '../version.ts';
import { allowOnly } from './allowed-methods.ts';

/** One thing that a process needs; missing, it makes the process degraded if it is `optional`, otherwise unready. */
export interface ReadinessCheck {
  name: string;
  optional?: boolean;
  /** Missing when it rejects or is false. */
  check(): unknown;
}

export interface HealthOptions {
  /** Absent: the name given to `createApp`. */
  service?: string;
  readiness?: readonly ReadinessCheck[];
  /** True once the process has been told to stop. */
  isStopping?: () => boolean;
  /** What else `/health` tells. */
  more?: () => Promise<object>;
  /**
   * The state of the database that this process answers for: nobody else has to look at its file. Told to whoever may
   * measure, as `authenticator` finds.
   */
  base?: () => Record<string, unknown> | Promise<Record<string, unknown>>;
  authenticator?: Authenticator;
}

const OPTIONS = 'health options';

interface Health {
  service: string | undefined;
  readiness: readonly ReadinessCheck[];
  isStopping: (() => boolean) | undefined;
  base: HealthOptions['base'];
  authenticator: Authenticator | undefined;
}

/**
 * `GET /health` (who am I), `/livez` (the event loop turns), `/readyz` (503 and what is missing). All open, but for
 * the state of the database. `createApp` has called it: a later call adds to what it was given.
 */
export function addHealthCheck(app: Express, options: HealthOptions = {}): void {
  const known = app.get(OPTIONS) as Health | undefined;
  app.set(OPTIONS, {
    service: options.service ?? known?.service,
    readiness: [...(known?.readiness ?? []), ...(options.readiness ?? [])],
    isStopping: options.isStopping ?? known?.isStopping,
    base: options.base ?? known?.base,
    authenticator: options.authenticator ?? known?.authenticator,
  } satisfies Health);
  if (known) return;
  const { more } = options;
  const current = () => app.get(OPTIONS) as Health;

  app.get('/health', async (_request, response) => {
    response.json({
      status: 'healthy',
      service: current().service,
      version: VERSION,
      timestamp: new Date().toISOString(),
      ...(await more?.()),
    });
  });

  app.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });

  app.get('/readyz', async (request, response) => {
    const { readiness, isStopping, base, authenticator } = current();
    const checks: Record<string, string> = {};
    let status: 'ready' | 'degraded' | 'unready' = 'ready';
    for (const item of readiness) {
      const ok = await passes(item);
      checks[item.name] = ok ? 'ok' : 'falta';
      if (ok || status === 'unready') continue;
      status = item.optional ? 'degraded' : 'unready';
    }
    if (isStopping?.()) {
      checks['proceso'] = 'deteniéndose';
      status = 'unready';
    }
    response.status(status === 'unready' ? 503 : 200).json({
      status,
      checks,
      ...(base && (await isAllowed(request, authenticator)) ? { base: await base() } : {}),
    });
  });

  for (const path of ['/health', '/livez', '/readyz']) allowOnly(app, path, ['GET']);
}

/** Who shows no good key is still told whether the process is ready. */
async function isAllowed(request: Request, authenticator: Authenticator | undefined): Promise<boolean> {
  if (!authenticator || request.headers['i-api-key'] === undefined) return false;
  return await mayMeasure(authenticator, request).catch(() => false);
}

async function passes(item: ReadinessCheck): Promise<boolean> {
  try {
    return (await item.check()) !== false;
  } catch {
    return false;
  }
}
