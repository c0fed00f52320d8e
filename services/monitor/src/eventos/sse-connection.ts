import type { Response } from 'express';

/** More than this unsent and the client is dropped (bytes): it can come back and resume. */
const MAX_UNSENT = 256 * 1024;
/** Nor does it keep anything unsent for longer than this (ms). */
const MAX_STALL = 20_000;
/** Told to clients that reconnect by themselves (ms). */
const RECONNECT_AFTER = 2_000;

/** One client's stream. Whatever the client does, it never holds more than about `MAX_UNSENT`. */
export interface SseConnection {
  isClosed(): boolean;
  send(text: string): void;
  /** Resolves once the client has taken what was sent, or is gone. */
  drained(): Promise<void>;
  /** Drops the client if it has taken nothing for too long. */
  checkStall(now: number): void;
  end(lastText: string): void;
  onClose(listener: () => void): void;
}

/** One event as it travels. `data` in one line, as JSON is. */
export const sseEvent = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Begins the answer; from now on the connection belongs to the stream. */
export function openSse(response: Response): SseConnection {
  let stalledSince: number | undefined;
  const isClosed = () => response.destroyed || response.writableEnded;

  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // For an Nginx in front.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  response.write(`retry: ${RECONNECT_AFTER}\n\n`);
  response.on('drain', () => (stalledSince = undefined));
  // A broken connection is reported by 'close'.
  response.on('error', () => undefined);

  return {
    isClosed,
    send(text) {
      if (isClosed()) return;
      if (!response.write(text)) stalledSince ??= performance.now();
      if (response.writableLength > MAX_UNSENT) response.destroy();
    },
    drained: () =>
      new Promise((resolve) => {
        if (isClosed() || !response.writableNeedDrain) return resolve();
        const done = () => {
          response.off('drain', done);
          response.off('close', done);
          resolve();
        };
        response.on('drain', done);
        response.on('close', done);
      }),
    checkStall(now) {
      if (stalledSince !== undefined && now - stalledSince > MAX_STALL) response.destroy();
    },
    end(lastText) {
      if (!isClosed()) response.end(lastText);
    },
    onClose: (listener) => void response.once('close', listener),
  };
}
