import type { IncomingMessage, ServerResponse } from 'node:http';

/** So much of a body that nobody wants is taken all the same, and for so long: a client that sends sees its answer. */
const LINGER_BYTES = 12 * 1024 * 1024;
const LINGER_MS = 1_000;
const POLL_MS = 20;

/**
 * Cuts off a request that was answered before its body had come. Node would read all that comes, up to the request's time
 * limit: gigabytes, for one who was refused. Closing at once would reset the connection, and the client would never see
 * why.
 */
export function cutUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return;
    // One that was begun and left would keep its connection from the next request.
    request.resume();
    const { socket } = request;
    const before = socket.bytesRead;
    const giveUp = performance.now() + LINGER_MS;
    const poll = setInterval(() => {
      if (request.complete || socket.destroyed) clearInterval(poll);
      else if (socket.bytesRead - before > LINGER_BYTES || performance.now() > giveUp) socket.destroy();
    }, POLL_MS);
  });
}
