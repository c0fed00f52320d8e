/**
 * How workers are asked and told things: requests over one Redis channel, replies over one channel per request. The
 * request names the worker it is for, or none. Both are signed with the queue key, so that access to Redis alone
 * commands nobody; a request is taken once, within 30 s, and never by a worker that started after it was issued.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { AppError } from '../../http/app-error.ts';
import type { Logger } from '../../logging/logger.ts';
import type { RedisAddress } from '../../redis/connect.ts';
import { connectForBlocking, redisTime } from '../../redis/connect.ts';
import type { ControlArgs, ControlCommand, ControlResult } from './control-commands.ts';
import { controlCommands, isControlCommand } from './control-commands.ts';
import type { ControlReply, ControlRequest } from './control-message.ts';
import { controlRequest, signMessage, verifyMessage } from './control-message.ts';

export const CONTROL_CHANNEL = 'medisupply:control';
export const replyChannel = (requestId: string): string => `${CONTROL_CHANNEL}:reply:${requestId}`;
/** Name of a worker's subscribed connection in Redis: tells who should answer, even one that hangs. */
export const SUBSCRIBER_PREFIX = 'medisupply:worker:';

/** A request older than this, or from this far in the future, is not followed (ms). */
export const REQUEST_TTL = 30_000;
/** One line per reason and minute: what is ignored must not fill the log. */
const WARN_EVERY = 60_000;

export interface UnsentRequest<C extends ControlCommand = ControlCommand> {
  command: C;
  args: ControlArgs<C>;
  worker?: string | undefined;
}

/** Sends a request without waiting for replies. @returns its id. Rejects when Redis does not take it. */
export async function publishRequest<C extends ControlCommand>(
  redis: Pick<Redis, 'time' | 'publish'>,
  queueKey: string,
  request: UnsentRequest<C>,
  id: string = randomUUID(),
): Promise<string> {
  const message = signMessage<ControlRequest>(
    {
      v: 1,
      kind: 'request',
      id,
      command: request.command,
      args: request.args,
      worker: request.worker ?? null,
      issued: await redisTime(redis),
    },
    queueKey,
  );
  await redis.publish(CONTROL_CHANNEL, message);
  return id;
}

type Handler<C extends ControlCommand> = (
  args: ControlArgs<C>,
) => ControlResult<C> | Promise<ControlResult<C>>;

/** A worker's ear on the control channel. */
export interface ControlListener {
  /** What to do for a command; `afterReply` runs once the answer is on its way. */
  handle<C extends ControlCommand>(command: C, handler: Handler<C>, afterReply?: () => void): void;
  close(): void;
}

export interface ControlListenerOptions {
  address: RedisAddress;
  /** For replies and the time; not the subscribed connection. */
  redis: Pick<Redis, 'time' | 'publish'>;
  workerId: string;
  queueKey: () => string;
  logger: Logger;
}

/** Opens the subscribed connection at once; with Redis down it waits, and after an outage it subscribes again. */
export function createControlListener(options: ControlListenerOptions): ControlListener {
  const { redis, workerId, queueKey, logger } = options;
  const handlers = new Map<ControlCommand, { handler: Handler<ControlCommand>; afterReply?: () => void }>();
  const admission = createAdmission({ redis, logger });
  const subscriber = connectForBlocking(options.address, logger.child({}, { level: 'silent' }), {
    connectionName: SUBSCRIBER_PREFIX + workerId,
  });
  subscriber.on('message', (_channel: string, text: string) => void receive(text));
  subscriber.subscribe(CONTROL_CHANNEL).catch(() => {});

  async function receive(text: string): Promise<void> {
    const request = verifyMessage(text, controlRequest, queueKey());
    if (!request) return admission.ignored('no está firmada con la clave de colas');
    if (request.worker !== null && request.worker !== workerId) return;
    if (!(await admission.admits(request))) return;
    const entry = isControlCommand(request.command) ? handlers.get(request.command) : undefined;
    await answer(request, await outcomeOf(request, entry?.handler));
    entry?.afterReply?.();
  }

  async function outcomeOf(
    request: ControlRequest,
    handler: Handler<ControlCommand> | undefined,
  ): Promise<ControlReply['outcome']> {
    if (!handler || !isControlCommand(request.command))
      return { ok: false, error: `Este worker no conoce la orden ${request.command}` };
    const args = controlCommands[request.command].args.safeParse(request.args);
    if (!args.success) return { ok: false, error: `Argumentos no válidos para ${request.command}` };
    logger.debug({ orden: request.command, args: args.data, id: request.id }, 'orden de control');
    try {
      return { ok: true, result: await handler(args.data) };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, error: error.message };
      logger.error({ err: error, orden: request.command }, 'una orden de control falló');
      return { ok: false, error: 'La orden falló; el registro del worker dice por qué' };
    }
  }

  async function answer(request: ControlRequest, outcome: ControlReply['outcome']): Promise<void> {
    try {
      await redis.publish(
        replyChannel(request.id),
        signMessage<ControlReply>(
          { v: 1, kind: 'reply', request: request.id, worker: workerId, outcome },
          queueKey(),
        ),
      );
    } catch (error) {
      logger.warn({ orden: request.command, reason: String(error) }, 'no se pudo responder a una orden');
    }
  }

  return {
    handle(command, handler, afterReply) {
      handlers.set(command, {
        handler,
        ...(afterReply ? { afterReply } : {}),
      });
    },
    close: () => subscriber.disconnect(),
  };
}

/** Lets each genuine request through once, while it is fresh. */
function createAdmission({ redis, logger }: Pick<ControlListenerOptions, 'redis' | 'logger'>) {
  const openedAt = performance.now();
  const seen = new Map<string, number>();
  const warned = new Map<string, number>();

  function ignored(reason: string): void {
    const now = performance.now();
    if (now - (warned.get(reason) ?? -Infinity) < WARN_EVERY) return;
    warned.set(reason, now);
    logger.warn({ motivo: reason }, 'orden de control ignorada');
  }

  async function admits({ id, issued }: ControlRequest): Promise<boolean> {
    if (seen.has(id)) return (ignored('repetida'), false);
    seen.set(id, issued);
    let now: number;
    try {
      now = await redisTime(redis);
    } catch (error) {
      return (ignored(`Redis no dice la hora: ${String(error)}`), false);
    }
    for (const [old, time] of seen) if (Math.abs(now - time) > 2 * REQUEST_TTL) seen.delete(old);
    // By Redis's clock, too: one that was seen by this worker's predecessor must not work on this one.
    const opened = now - (performance.now() - openedAt);
    if (Math.abs(now - issued) > REQUEST_TTL || issued < Math.floor(opened)) {
      return (ignored('caducada, o anterior al arranque de este worker'), false);
    }
    return true;
  }

  return { admits, ignored };
}
