import type { OpenDatabase } from '../../db/open-database.ts';
import { Loop } from '../../lifecycle/loop.ts';
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
  /** Signs the events that are relayed. */
  liveKey: () => string;
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

const CLEAN_EVERY = 3_600_000;
const CLEAN_FIRST = { first: 60_000, max: CLEAN_EVERY };

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
    liveKey: options.liveKey,
    logger,
    pollMs: options.relayPollMs,
  });
  const cleaning = new Loop({
    name: 'la limpieza de filas vencidas',
    everyMs: CLEAN_EVERY,
    pause: CLEAN_FIRST,
    logger,
    async step() {
      await removeExpired(database, Date.now());
      await options.onRetention?.(Date.now());
    },
  });

  return {
    relay,
    reconciler,
    scheduler,
    start() {
      relay.start();
      events.start();
      reconciler.start();
      scheduler.start();
      // Soon, as no process need live for an hour; not all at once, as several begin together.
      cleaning.start(CLEAN_FIRST.first * (1 + Math.random()));
    },
    async stop() {
      await cleaning.stop();
      await scheduler.stop();
      await reconciler.stop();
      await events.stop();
      await relay.stop();
    },
  };
}
