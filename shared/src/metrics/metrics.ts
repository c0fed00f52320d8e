import type { RequestHandler } from 'express';
import { Counter, Registry } from 'prom-client';
import type { AppError } from '../http/app-error.ts';
import { httpMetrics } from './http-metrics.ts';
import { registerProcessMetrics } from './process-metrics.ts';

/** The figures of one process, for Prometheus. */
export interface Metrics {
  registry: Registry;
  /** Measures requests; `createApp` puts it in front of everything. */
  http: RequestHandler;
  /** Counts a refusal that is planned: 429, 503. */
  refused: (refusal: Pick<AppError, 'status' | 'reason'>) => void;
  close(): void;
}

/** Figures of the process itself and of its HTTP requests, under the label `service`; others are added to the registry. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const processMetrics = registerProcessMetrics(registry);
  const refusals = new Counter({
    name: 'medisupply_refusals_total',
    help: 'Requests refused because there were too many (429, 503), by reason',
    labelNames: ['status', 'reason'] as const,
    registers: [registry],
  });
  return {
    registry,
    http: httpMetrics(registry),
    refused: ({ status, reason }) => refusals.inc({ status: String(status), reason }),
    close() {
      processMetrics.close();
      registry.clear();
    },
  };
}
