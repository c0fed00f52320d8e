import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { EventHub } from './eventos/event-hub.ts';
import type { Probes } from './probes/probes.ts';
import type { MonitorTables } from './tables.ts';

export const SERVICE_NAME = 'monitor';

/** Everything that the monitor's routes and use cases work with. */
export interface Container extends ServiceContainer<Config>, Probes {
  database: OpenDatabase<MonitorTables>;
  eventos: EventHub;
}
