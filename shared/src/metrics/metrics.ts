import type { RequestHandler } from 'express';
import { Registry } from 'prom-client';
import { httpMetrics } from './http-metrics.ts';
import { registerProcessMetrics } from './process-metrics.ts';

/** The figures of one process, for Prometheus. */
export interface Metrics {
  registry: Registry;
  /** Measures requests; `createApp` puts it in front of everything. */
  http: RequestHandler;
  close(): void;
}

/** Figures of the process itself and of its HTTP requests, under the label `service`; others are added to the registry. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const processMetrics = registerProcessMetrics(registry);
  return {
    registry,
    http: httpMetrics(registry),
    close() {
      processMetrics.close();
      registry.clear();
    },
  };
}
