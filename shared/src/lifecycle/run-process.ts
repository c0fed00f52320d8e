import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Express } from 'express';
import { ConfigError } from '../config/load-config.ts';
import type { Logger } from '../logging/logger.ts';
import { cutUnreadBody } from './unread-body.ts';
import { refuseUnreadable } from './unreadable-request.ts';

/** All of it may take this long before the process ends anyway (ms). */
const STOP_DEADLINE = 22_000;
const DRAIN_DEADLINE = 15_000;

type Close = () => Promise<void> | void;

/** What a running process opened, closed in reverse order when it is told to stop. */
export class Lifecycle {
  readonly #closers: { name: string; close: Close }[] = [];
  readonly #logger: Logger;
  readonly #lameDuckMs: number;
  #stopping: Promise<void> | undefined;

  constructor(logger: Logger, options: { lameDuckMs?: number } = {}) {
    this.#logger = logger;
    this.#lameDuckMs = options.lameDuckMs ?? 0;
  }

  readonly isStopping = (): boolean => this.#stopping !== undefined;

  /** Registers what to close; the last registered is closed first. */
  onStop(name: string, close: Close): void {
    this.#closers.push({ name, close });
  }

  /** Listens, and drains the server's connections on stop. Resolves with the port. */
  async listen(app: Express, port: number, address: string, variable: string): Promise<number> {
    const server = await listen(app, port, address, variable);
    this.onStop('http', () => drain(server));
    return (server.address() as AddressInfo).port;
  }

  /** SIGTERM, SIGINT, SIGHUP and the loss of the launcher stop the process; a second signal changes nothing. */
  handleSignals(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => void this.#stopAndExit(signal));
    }
    process.on('disconnect', () => void this.#stopAndExit('disconnect'));
    // The launcher may have died while this process was still loading: that event is over.
    if (process.send && !process.connected) void this.#stopAndExit('disconnect');
    process.on('uncaughtException', (error) => {
      this.#logger.fatal({ err: error }, 'error no controlado; el proceso termina');
      process.exit(1);
    });
  }

  /** Tells the launcher, if there is one, that the process does its work now. */
  ready(details: Record<string, unknown> = {}): void {
    process.send?.({ type: 'ready', ...details });
    this.#logger.info(details, 'listo');
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#closeAll();
    return this.#stopping;
  }

  async #closeAll(): Promise<void> {
    if (this.#lameDuckMs > 0) await delay(this.#lameDuckMs);
    for (const { name, close } of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error({ err: error }, `no se pudo cerrar ${name}`);
      }
    }
  }

  async #stopAndExit(reason: string): Promise<void> {
    if (this.isStopping()) return;
    this.#logger.info({ reason }, 'deteniendo');
    const deadline = setTimeout(() => {
      this.#logger.error('no se detuvo a tiempo; el proceso termina');
      process.exit(1);
    }, STOP_DEADLINE);
    await this.stop();
    clearTimeout(deadline);
    process.exit(0);
  }
}

/** Runs `main` and turns a failure to start into one readable message and exit code 1. */
export async function runProcess(name: string, main: () => Promise<void>): Promise<void> {
  // What it writes is nobody else's to read.
  process.umask(0o077);
  try {
    await main();
  } catch (error) {
    const text =
      error instanceof ConfigError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${name}: ${text}\n`);
    process.exit(1);
  }
}

/** An HTTP server with deadlines for slow clients, and ends for bodies without one. Port 0 takes a free one. */
export function listen(app: Express, port: number, address: string, variable: string): Promise<Server> {
  const server = createServer(
    {
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 2_000,
    },
    app,
  );
  server.on('request', cutUnreadBody);
  refuseUnreadable(server);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') reject(error);
      else
        reject(
          new ConfigError([
            `${variable}: el puerto ${port} está ocupado; libérelo o elija otro con ${variable}`,
          ]),
        );
    });
    server.listen(port, address, () => resolve(server));
  });
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_DEADLINE);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
