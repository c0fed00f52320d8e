import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '../../redis/connect.ts';
import { connectOnce } from '../../redis/connect.ts';
import { QUEUE_PREFIX, withDeadline } from '../wire/queue-client.ts';
import type { UnsentRequest } from './control-channel.ts';
import { publishRequest, replyChannel, SUBSCRIBER_PREFIX } from './control-channel.ts';
import type { ControlCommand, ControlResult } from './control-commands.ts';
import { controlCommands } from './control-commands.ts';
import { controlReply, verifyMessage } from './control-message.ts';
import { readWorkers } from './heartbeat.ts';
import type { QueueName } from '../../tasks/define-task.ts';

/** For everything from connecting to the last reply: with the start of the process that makes 2 s. */
const DEADLINE = 1_300;

export interface ControlReplyOf<C extends ControlCommand> {
  worker: string;
  /** From the request to the reply (ms). */
  ms: number;
  outcome: { ok: true; result: ControlResult<C> } | { ok: false; error: string };
}

export interface ControlAnswers<C extends ControlCommand> {
  /** By worker. */
  replies: ControlReplyOf<C>[];
  /** Workers that should have answered and did not: they hang, or died within the last seconds. */
  silent: string[];
}

/** The operator's end of the control channel. All its calls share one deadline, which begins when it opens. */
export interface ControlClient {
  /**
   * Asks all workers, or the one that is named; with `first` the first reply will do, for what any worker can answer.
   * @throws UnknownWorkerError
   */
  ask<C extends ControlCommand>(
    request: UnsentRequest<C>,
    options?: { first?: boolean },
  ): Promise<ControlAnswers<C>>;
  queue(name: QueueName): Queue;
  readonly redis: Redis;
  /** Rejects when the deadline comes first. */
  within<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export class UnknownWorkerError extends Error {
  constructor(worker: string, known: readonly string[]) {
    super(
      `No hay ningún worker ${worker}; ` +
        (known.length > 0 ? `están en marcha: ${known.join(', ')}` : 'no hay ninguno en marcha'),
    );
    this.name = 'UnknownWorkerError';
  }
}

/** Rejects with Redis's reason when it cannot be reached, and with a deadline when it hangs. */
export async function openControlClient(options: {
  address: RedisAddress;
  queueKey: string;
  /** Tells heartbeats from what others wrote. */
  liveKey: string;
  deadlineMs?: number;
}): Promise<ControlClient> {
  const { address, queueKey, liveKey, deadlineMs = DEADLINE } = options;
  const giveUp = performance.now() + deadlineMs;
  const within = <T>(promise: Promise<T>): Promise<T> =>
    withDeadline(promise, Math.max(1, Math.round(giveUp - performance.now())));

  const [redis, subscriber] = await connectBoth(address, giveUp);
  const queues = new Map<QueueName, Queue>();

  async function ask<C extends ControlCommand>(
    request: UnsentRequest<C>,
    { first = false }: { first?: boolean } = {},
  ): Promise<ControlAnswers<C>> {
    const id = randomUUID();
    const channel = replyChannel(id);
    const replies = new Map<string, ControlReplyOf<C>>();
    const complete = Promise.withResolvers<void>();
    const [, running] = await within(
      Promise.all([subscriber.subscribe(channel), whoShouldAnswer(redis, liveKey)]),
    );
    if (request.worker !== undefined && !running.includes(request.worker))
      throw new UnknownWorkerError(request.worker, running);
    const expected = request.worker === undefined ? running : [request.worker];
    const missing = () => expected.filter((worker) => !replies.has(worker));

    const sentAt = performance.now();
    const receive = (from: string, text: string) => {
      if (from !== channel) return;
      const reply = verifyMessage(text, controlReply, queueKey);
      if (reply?.request !== id) return;
      const outcome = outcomeOf(request.command, reply.outcome);
      replies.set(reply.worker, {
        worker: reply.worker,
        ms: Math.round((performance.now() - sentAt) * 10) / 10,
        outcome,
      });
      if (first || missing().length === 0) complete.resolve();
    };
    subscriber.on('message', receive);
    try {
      if (expected.length > 0) {
        await within(publishRequest(redis, queueKey, request, id));
        await within(complete.promise).catch(() => {});
      }
    } finally {
      subscriber.off('message', receive);
    }
    return {
      replies: [...replies.values()].toSorted((a, b) => a.worker.localeCompare(b.worker)),
      silent: first && replies.size > 0 ? [] : missing(),
    };
  }

  return {
    ask,
    redis,
    within,
    queue(name) {
      let queue = queues.get(name);
      if (!queue) {
        queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX });
        // Who awaits a command of it sees the failure; without a listener this event would end the process.
        queue.on('error', () => {});
        queues.set(name, queue);
      }
      return queue;
    },
    async close() {
      redis.disconnect();
      subscriber.disconnect();
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** A subscribed connection takes no other commands. */
async function connectBoth(address: RedisAddress, giveUp: number): Promise<[Redis, Redis]> {
  const remaining = () => Math.max(1, Math.round(giveUp - performance.now()));
  const redis = await connectOnce(address, remaining());
  try {
    return [redis, await connectOnce(address, remaining())];
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

function outcomeOf<C extends ControlCommand>(
  command: C,
  outcome: { ok: true; result: unknown } | { ok: false; error: string },
): ControlReplyOf<C>['outcome'] {
  if (!outcome.ok) return outcome;
  const parsed = controlCommands[command].result.safeParse(outcome.result);
  if (parsed.success) return { ok: true, result: parsed.data as ControlResult<C> };
  return { ok: false, error: 'Respondió algo que esta versión no entiende' };
}

/**
 * Those that beat within the last 12 s, and those that hold a subscribed connection: one that hangs longer beats no
 * more, but Redis still has its connection.
 */
async function whoShouldAnswer(redis: Redis, liveKey: string): Promise<string[]> {
  const [beating, subscribed] = await Promise.all([readWorkers(redis, liveKey), subscribers(redis)]);
  return [...new Set([...beating.map(({ id }) => id), ...subscribed])].toSorted();
}

async function subscribers(redis: Redis): Promise<string[]> {
  try {
    const list = String(await redis.client('LIST', 'TYPE', 'PUBSUB'));
    return [...list.matchAll(/ name=(\S+)/g)].flatMap(([, name = '']) =>
      name.startsWith(SUBSCRIBER_PREFIX) ? [name.slice(SUBSCRIBER_PREFIX.length)] : [],
    );
  } catch {
    // A managed Redis may refuse it; the heartbeats remain.
    return [];
  }
}
