import type { SecretSource } from '@medisupply/shared/config/load-config';
import type { Logger } from '@medisupply/shared/logging/logger';
import { followSecret } from '@medisupply/shared/security/secret-file';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { ServiceUrl } from '@medisupply/shared/services';
import { SERVICES, urlVariable } from '@medisupply/shared/services';
import type { Probe } from './http-probe.ts';
import { createProbe } from './http-probe.ts';
import type { Throughput } from './throughput.ts';
import { createThroughput } from './throughput.ts';

/** What the monitor asks the platform with. Nobody above asks in another way. */
export interface Probes {
  queues: QueueClient;
  /** Tells what a worker or a relay wrote into Redis from what somebody else did. */
  liveKey: () => string;
  throughput: Throughput;
  probe: Probe;
  /** Shown to a service that has a database, to be told of it. */
  probeKey: () => string;
  /** Address by service name. */
  servicios: Readonly<Record<string, string>>;
}

export const createProbes = (
  config: Readonly<Record<ServiceUrl, string>> & {
    secretFiles: { LIVE_KEY: SecretSource<string> };
  },
  probeKey: SecretSource<string>,
  queues: QueueClient,
  logger: Logger,
): Probes => ({
  queues,
  liveKey: followSecret(config.secretFiles.LIVE_KEY, (key) => key, logger).current,
  throughput: createThroughput(queues),
  probe: createProbe(),
  probeKey: followSecret(probeKey, (key) => key, logger).current,
  servicios: Object.fromEntries(SERVICES.map((service) => [service.name, config[urlVariable(service)]])),
});
