/** Runs the one task that its parent sends, and ends. */
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';
import { readConfig } from './config.ts';
import { createHandlers } from './container.ts';
import { execute } from './executor.ts';
import type { SuspectMessage } from './suspects.ts';

const BEAT_MS = 1_000;

process.once('disconnect', () => process.exit(1));
process.once('message', (envelope: Envelope) => void runOnce(envelope));

async function runOnce(envelope: Envelope): Promise<void> {
  const beat = setInterval(() => send({ type: 'beat' }), BEAT_MS);
  const host = await createHandlers(readConfig(process.env), process.env);
  try {
    const result = await execute(
      host,
      host.handlers.get(envelope.name)!,
      envelope,
      new AbortController().signal,
    );
    send({ type: 'done', result });
  } catch (error) {
    send(failureOf(error));
  }
  clearInterval(beat);
  await host.close();
  process.disconnect();
  process.exit(0);
}

function failureOf(error: unknown): SuspectMessage {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RefusedTask) return { type: 'failed', kind: 'refused', message };
  if (error instanceof DeferTask)
    return { type: 'failed', kind: 'deferred', message, delayMs: error.delayMs };
  return { type: 'failed', kind: 'failed', message };
}

function send(message: SuspectMessage): void {
  process.send?.(message);
}
