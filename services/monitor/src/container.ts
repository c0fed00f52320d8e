import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Sonda } from './clients/sonda.client.ts';
import type { Throughput } from './colas/throughput.ts';
import type { Config } from './config.ts';
import type { EventHub } from './eventos/event-hub.ts';
import type { MonitorTables } from './tables.ts';

export const SERVICE_NAME = 'monitor';

/** Everything that the monitor's routes and use cases work with. */
export interface Container extends ServiceContainer<Config> {
  database: OpenDatabase<MonitorTables>;
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  eventos: EventHub;
}
