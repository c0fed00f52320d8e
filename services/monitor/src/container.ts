import { join } from 'node:path';
import { createAuthenticator } from '@medisupply/shared/http/authenticate';
import type { Authenticator } from '@medisupply/shared/http/authenticate';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createAccessTokenVerifier } from '@medisupply/shared/security/access-token';
import { fetchJwks } from '@medisupply/shared/security/fetch-jwks';
import { createKeySet } from '@medisupply/shared/security/key-set';
import { createRevocationList } from '@medisupply/shared/security/revocations';
import { createServiceKeyVerifier } from '@medisupply/shared/security/service-key';
import type { QueueClient } from '@medisupply/shared/tasks/queue-client';
import { createQueueClient } from '@medisupply/shared/tasks/queue-client';
import type { Sonda } from './clients/sonda.client.ts';
import { createSonda } from './clients/sonda.client.ts';
import type { Throughput } from './colas/throughput.ts';
import { createThroughput } from './colas/throughput.ts';
import type { MonitorConfig } from './config.ts';
import { openMonitorDatabase } from './database.ts';
import type { MonitorTables } from './tables.ts';

export interface Container {
  config: MonitorConfig;
  logger: Logger;
  database: OpenDatabase<MonitorTables>;
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  authenticator: Authenticator;
  close(): Promise<void>;
}

/** Opens what the service needs; Redis and the other services may be away. */
export async function createContainer(config: MonitorConfig, logger: Logger): Promise<Container> {
  const database = await openMonitorDatabase(config.DATA_DIR);
  const queues = createQueueClient(
    { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD },
    logger,
  );
  const throughput = createThroughput(queues);
  throughput.start();
  const sonda = createSonda();
  const keySet = createKeySet({
    setupFile: config.JWKS_FILE,
    cacheFile: join(config.DATA_DIR, 'jwks', 'monitor.json'),
    fetchJwks: () => fetchJwks(new URL('/.well-known/jwks.json', config.AUTORIZADOR_URL).href),
    logger,
  });
  const revocations = createRevocationList({ redis: queues.redis, logger });
  const tokens = createAccessTokenVerifier({ keySet });
  const serviceKeys = createServiceKeyVerifier(config.serviceKeys);

  return {
    config,
    logger,
    database,
    queues,
    throughput,
    sonda,
    authenticator: createAuthenticator({
      verifyToken: (token) => tokens.verify(token),
      verifyServiceKey: (value) => serviceKeys.verify(value),
      isRevoked: (usuarioId, version) => revocations.isRevoked(usuarioId, version),
    }),
    async close() {
      revocations.close();
      keySet.close();
      throughput.stop();
      await sonda.close();
      await queues.close();
      await database.close();
    },
  };
}
