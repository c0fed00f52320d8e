import type { Response } from 'express';

/** More than this unsent and the client is dropped (bytes): it can come back and resume. */
const MAX_UNSENT = 512 * 1024;
/** Told to clients that reconnect by themselves (ms). */
const RECONNECT_AFTER = 2_000;

/** One client's stream. Whatever the client does, it never holds more than about `MAX_UNSENT`. */
export interface SseConnection {
  isClosed(): boolean;
  /** Has not taken yet what was sent: more should wait. */
  isBehind(): boolean;
  send(text: string): void;
  /** Resolves once the client has taken what was sent, or is gone. */
  drained(): Promise<void>;
  /** Drops the client if it has been behind for longer than this (ms). */
  dropIfStalled(maxMs: number): void;
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
    isBehind: () => response.writableNeedDrain,
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
    dropIfStalled(maxMs) {
      if (stalledSince !== undefined && performance.now() - stalledSince > maxMs) response.destroy();
    },
    end(lastText) {
      if (!isClosed()) response.end(lastText);
    },
    onClose: (listener) => void response.once('close', listener),
  };
}
