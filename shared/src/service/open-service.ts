import type { Redis } from 'ioredis';
import type { SecretSource } from '../config/load-config.ts';
import type { Authenticator } from '../http/authenticate.ts';
import type { ServiceClient, ServiceClientOptions } from '../http/service-client.ts';
import { createServiceClient } from '../http/service-client.ts';
import type { Logger } from '../logging/logger.ts';
import { createLogger } from '../logging/logger.ts';
import { registerBreakers } from '../metrics/breaker-metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { RedisAddress } from '../redis/connect.ts';
import { connectForCommands, redisAddressOf } from '../redis/connect.ts';
import { followSecret } from '../security/secret-file.ts';
import type { Verifier } from './verifier.ts';
import { createVerifier } from './verifier.ts';
import type { ServiceConfig, VerifyingConfig } from './service-config.ts';

/** What a process gives to what it opens; tests give their own. */
export interface Overrides {
  logger?: Logger;
  /** True once the process has been told to stop. */
  isStopping?: () => boolean;
}

/** What every container has. Each service adds its own. */
export interface ServiceContainer<C = ServiceConfig> {
  config: C;
  logger: Logger;
  metrics: Metrics;
  authenticator: Authenticator;
  isStopping: () => boolean;
  /** Closes everything, last opened first. */
  close(): Promise<void>;
}

interface Closeable {
  close(): unknown;
}

/**
 * Opens a service: `assemble` opens what it needs through `opening`, and returns its part of the container. When it
 * fails, what was open by then is closed again.
 */
export async function openService<C extends ServiceConfig, Own>(
  name: string,
  config: C,
  overrides: Overrides,
  assemble: (opening: Opening<C>) => Promise<Own> | Own,
) {
  await using stack = new AsyncDisposableStack();
  const logger =
    overrides.logger ?? createLogger(name, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const opening = new Opening(name, config, logger, stack);
  const own = await assemble(opening);
  const opened = stack.move();
  return {
    config,
    logger,
    metrics: opening.metrics,
    isStopping: overrides.isStopping ?? (() => false),
    ...own,
    close: () => opened.disposeAsync(),
  };
}

/** A service while it opens. What goes through here is closed with it, in reverse order. */
export class Opening<C extends ServiceConfig = ServiceConfig> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly redisAddress: RedisAddress;
  readonly #stack: AsyncDisposableStack;
  readonly #clients: Record<string, ServiceClient> = {};

  constructor(name: string, config: C, logger: Logger, stack: AsyncDisposableStack) {
    this.name = name;
    this.config = config;
    this.logger = logger;
    this.#stack = stack;
    this.redisAddress = redisAddressOf(config);
    this.metrics = this.own(createMetrics(name));
  }

  own<T extends Closeable>(resource: T): T {
    this.onClose(() => resource.close());
    return resource;
  }

  onClose(close: () => unknown): void {
    this.#stack.defer(async () => {
      await close();
    });
  }

  /** A connection for commands, of a service that enqueues nothing by itself. Redis may be away. */
  redis(): Redis {
    const redis = connectForCommands(this.redisAddress, this.logger);
    this.onClose(() => redis.disconnect());
    return redis;
  }

  /** Who calls: tokens by autorizador's public keys, kept up to date, revocations from Redis, and service keys. */
  verifier(this: Opening<C & VerifyingConfig>, redis: Redis): Verifier {
    const { config, logger } = this;
    return this.own(createVerifier({ config, serviceKeys: config.secretFiles.SERVICE_KEYS, redis, logger }));
  }

  /** Another service, called under this one's key; its circuit breaker is measured. */
  client(
    this: Opening<C & { secretFiles: { SERVICE_KEY: SecretSource<string> } }>,
    name: string,
    options: Pick<ServiceClientOptions, 'baseUrl' | 'timeoutMs'>,
  ): ServiceClient {
    const { config, logger, metrics } = this;
    const serviceKey = followSecret(config.secretFiles.SERVICE_KEY, (key) => key, logger).current;
    const client = this.own(createServiceClient({ name, serviceKey, logger, ...options }));
    if (Object.keys(this.#clients).length === 0) registerBreakers(metrics.registry, this.#clients);
    this.#clients[name] = client;
    return client;
  }
}
