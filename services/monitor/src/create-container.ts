import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openMonitorDatabase } from './database.ts';
import { createEventHub } from './eventos/event-hub.ts';
import { registerLiveGauges } from './metricas/live-gauges.ts';
import { createProbes } from './probes/probes.ts';

/** Opens everything that the service needs; Redis and the other services may be away. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, async (opening) => {
    const { logger, metrics, redisAddress } = opening;
    const database = opening.own(await openMonitorDatabase(config));
    const queues = opening.own(createQueueClient(redisAddress, logger, { onlyLooks: true }));
    const probes = createProbes(config, config.secretFiles.SERVICE_KEY, queues, logger);
    opening.own(probes.probe);
    probes.throughput.start();
    opening.onClose(() => probes.throughput.stop());
    const { authenticator, isRevoked, onWithdrawn } = opening.verifier(queues.redis);
    const eventos = opening.own(
      createEventHub({
        queues,
        liveKey: probes.liveKey,
        // The other connection tells of outages already.
        blocking: connectForBlocking(redisAddress, logger.child({}, { level: 'silent' })),
        throughput: probes.throughput,
        isRevoked,
        logger,
        perAddress: config.STREAMS_PER_ADDRESS,
      }),
    );
    // Whoever may still watch comes again with a token that is good.
    onWithdrawn(() => eventos.endAll());
    registerLiveGauges(metrics.registry, probes, () => eventos.clients());
    return { ...probes, database, eventos, authenticator };
  });
}
