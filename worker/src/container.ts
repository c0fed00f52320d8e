import type { Job } from 'bullmq';
import type { LogisticaTables } from '@medisupply/logistica-inventario/task-host';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { AnnounceCancellation } from '@medisupply/shared/queueing/control/cancellations';
import type { ControlListener } from '@medisupply/shared/queueing/control/control-channel';
import type { Outbox } from '@medisupply/shared/queueing/relay/outbox';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { BoundHandler } from './executor.ts';
import type { JobOutcome } from './run-job.ts';

export const PROCESS_NAME = 'worker';

/** The handlers of all services, each with its context open. */
export interface Handlers {
  database: OpenDatabase<LogisticaTables>;
  handlers: ReadonlyMap<string, BoundHandler>;
}

/** What a worker works with. Its authenticator takes service keys alone: no person has business with a worker. */
export interface Container extends ServiceContainer<Config>, Handlers {
  /** Of this process and start, such as `host-4711-9f3a1c`. */
  id: string;
  queues: QueueClient;
  /** Signs its heartbeats. */
  liveKey: () => string;
  outbox: Outbox;
  control: ControlListener;
  announceCancellation: AnnounceCancellation;
  runJob: (job: Job) => Promise<JobOutcome>;
}
