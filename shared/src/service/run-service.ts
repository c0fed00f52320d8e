import type { Express } from 'express';
import { Lifecycle, runProcess } from '../lifecycle/run-process.ts';
import { tlsFiles } from '../lifecycle/tls.ts';
import { createLogger } from '../logging/logger.ts';
import type { Overrides } from './open-service.ts';
import type { ServiceConfig } from './service-config.ts';

export interface ServiceDefinition<C extends ServiceConfig, K extends { close(): Promise<void> }> {
  /** Under which it logs and is measured. */
  name: string;
  /** Environment key of the port that it listens on. */
  port: keyof C & string;
  /** @throws ConfigError naming every bad key */
  readConfig: () => C;
  createContainer: (config: C, overrides: Overrides) => Promise<K>;
  buildApp: (container: K) => Express;
  /**
   * Begins what works by itself, once the service listens. What it registers with `lifecycle.onStop` ends before the
   * server does. Returns what else is told when the service is ready.
   */
  start?: (container: K, lifecycle: Lifecycle) => Record<string, unknown> | void;
}

/**
 * The whole life of a service: configuration, logger, signals, container, server, ready; when it is told to stop, all
 * of that in reverse order.
 */
export function runService<C extends ServiceConfig, K extends { close(): Promise<void> }>(
  service: ServiceDefinition<C, K>,
): Promise<void> {
  return runProcess(service.name, async () => {
    const config = service.readConfig();
    const logger = createLogger(service.name, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
    const lifecycle = new Lifecycle(logger, { lameDuckMs: config.LAME_DUCK_MS ?? 0 });
    lifecycle.handleSignals();
    const { isStopping } = lifecycle;
    const container = await service.createContainer(config, { logger, isStopping });
    lifecycle.onStop('recursos', () => container.close());
    const port = await lifecycle.listen(
      service.buildApp(container),
      Number(config[service.port]),
      config.BIND_ADDRESS,
      service.port,
      tlsFiles(config),
    );
    const details = service.start?.(container, lifecycle) ?? {};
    lifecycle.ready({ port, ...details });
  });
}
