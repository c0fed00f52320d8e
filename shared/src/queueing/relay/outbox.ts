import type { OpenDatabase } from '../../db/open-database.ts';
import type { Logger } from '../../logging/logger.ts';
import type { QueueClient } from '../wire/queue-client.ts';
import { taskRegistry } from '../../tasks/registry.ts';
import type { EventRelayOptions } from './event-relay.ts';
import { EventRelay } from './event-relay.ts';
import { Reconciler } from './reconciler.ts';
import { Relay } from './relay.ts';
import { removeExpired } from '../store/retention.ts';
import { Scheduler } from './scheduler.ts';
import type { OutboxTables } from '../store/tables.ts';

export interface OutboxOptions {
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  queueKey: () => string;
  logger: Logger;
  relayPollMs: number;
  viewersOf: EventRelayOptions['viewersOf'];
  /** More to clean up hourly, of the service's own tables. */
  onRetention?: (now: number) => Promise<void>;
}

/** The loops that keep the outbox moving; logistica runs them, and the worker as a slower safety net. */
export interface Outbox {
  relay: Relay;
  reconciler: Reconciler;
  scheduler: Scheduler;
  start(): void;
  stop(): Promise<void>;
}

const RETENTION_EVERY = 3_600_000;

export function createOutbox(options: OutboxOptions): Outbox {
  const { database, queues, logger } = options;
  const relay = new Relay({
    database,
    queues,
    queueKey: options.queueKey,
    logger,
    pollMs: options.relayPollMs,
  });
  const wakeRelay = () => relay.wake();
  const reconciler = new Reconciler({ database, queues, logger, wakeRelay });
  const scheduler = new Scheduler({ database, tasks: taskRegistry, logger, wakeRelay });
  const events = new EventRelay({
    database,
    queues,
    viewersOf: options.viewersOf,
    logger,
    pollMs: options.relayPollMs,
  });
  let retention: NodeJS.Timeout | undefined;

  const cleanUp = async () => {
    try {
      await removeExpired(database, Date.now());
      await options.onRetention?.(Date.now());
    } catch (error) {
      logger.warn({ err: error }, 'la limpieza de filas vencidas falló; se repite en una hora');
    }
  };

  return {
    relay,
    reconciler,
    scheduler,
    start() {
      relay.start();
      events.start();
      reconciler.start();
      scheduler.start();
      retention = setInterval(() => void cleanUp(), RETENTION_EVERY);
    },
    async stop() {
      clearInterval(retention);
      await scheduler.stop();
      await reconciler.stop();
      await events.stop();
      await relay.stop();
    },
  };
}
