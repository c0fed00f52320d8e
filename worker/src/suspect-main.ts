/** Runs the one task that its parent sends, and ends. */
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { DatabaseBusy } from '@medisupply/shared/db/database-busy';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';
import { readConfig } from './config.ts';
import { createLogger } from '@medisupply/shared/logging/logger';
import { PROCESS_NAME } from './container.ts';
import { createHandlers } from './create-handlers.ts';
import { execute } from './executor.ts';
import type { SuspectMessage } from './suspects.ts';

const BEAT_MS = 1_000;

process.once('disconnect', () => process.exit(1));
// Ctrl-C goes to the whole group; the worker lets its jobs finish, and this one is among them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.once('message', (envelope: Envelope) => void runOnce(envelope));

async function runOnce(envelope: Envelope): Promise<void> {
  const beat = setInterval(() => void send({ type: 'beat' }), BEAT_MS);
  const config = readConfig();
  const logger = createLogger(PROCESS_NAME, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const host = await createHandlers(config, logger);
  await send({ type: 'started' });
  try {
    const result = await execute(
      { ...host, logger, worker: process.argv[2] ?? PROCESS_NAME },
      host.handlers.get(envelope.name)!,
      envelope,
      new AbortController().signal,
    );
    await send({ type: 'done', result });
  } catch (error) {
    await send(failureOf(error));
  }
  clearInterval(beat);
  await host.close();
  process.disconnect();
  process.exit(0);
}

function failureOf(error: unknown): SuspectMessage {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RefusedTask) return { type: 'failed', kind: 'refused', message };
  if (error instanceof DatabaseBusy) return { type: 'failed', kind: 'busy', message };
  if (error instanceof DeferTask)
    return { type: 'failed', kind: 'deferred', message, delayMs: error.delayMs };
  return { type: 'failed', kind: 'failed', message };
}

/** Resolves when the message is on its way, whatever happens to this process afterwards. */
const send = (message: SuspectMessage): Promise<void> =>
  new Promise((resolve) => void process.send?.(message, () => resolve()));
