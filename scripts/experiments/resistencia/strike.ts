/** What each kind of fault does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@medisupply/shared/testing/until';
import type { Fault, Part } from './plan.ts';
import type { Subject } from './subject.ts';

/** How long a part that died before gets to be back (ms). */
const RETURN_MS = 10_000;
/** A client that is cut off comes back at once, and is cut off again (ms). */
const CUT_EACH_MS = 50;

/** Strikes once; resolves when nothing keeps the parts from working any more. */
export async function strike({ kind, lasts }: Fault, subject: Subject): Promise<void> {
  switch (kind.does) {
    case 'kill':
      if (kind.part === 'postgres') return subject.database.die?.();
      process.kill(await pidOf(subject, kind.part!), 'SIGKILL');
      return;
    case 'pause':
      await paused(subject, kind.part!, () => delay(lasts));
      return;
    // What the worker has not taken yet is gone.
    case 'flush':
      await paused(subject, kind.part!, async () => {
        await delay(lasts);
        await subject.redis.flushall();
      });
      return;
    case 'cut': {
      const end = performance.now() + lasts;
      while (performance.now() < end) {
        if (kind.part === 'postgres') await subject.database.cut?.();
        else
          await Promise.all(['normal', 'pubsub'].map((type) => subject.redis.client('KILL', 'TYPE', type)));
        await delay(CUT_EACH_MS);
      }
      return;
    }
    case 'lock': {
      const lock = await subject.database.lock();
      await delay(lasts);
      await lock.release();
      return;
    }
    case 'starve':
      await Promise.all(
        Array.from({ length: 2 * availableParallelism() }, async () => {
          const hog = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
          const ended = once(hog, 'exit');
          await delay(lasts);
          hog.kill('SIGKILL');
          await ended;
        }),
      );
      return;
    // By the client, see endure.ts.
    case 'lose answers':
      await delay(lasts);
  }
}

async function paused(subject: Subject, part: Part, meanwhile: () => Promise<unknown>): Promise<void> {
  const pid = await pidOf(subject, part);
  process.kill(pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    // Whoever waits for it may have ended it.
    if (subject.pids().get(part) === pid) process.kill(pid, 'SIGCONT');
  }
}

async function pidOf(subject: Subject, part: Part): Promise<number> {
  await until(() => subject.pids().has(part), RETURN_MS);
  return subject.pids().get(part)!;
}
