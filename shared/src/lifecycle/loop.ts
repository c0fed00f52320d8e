import type { Logger } from '../logging/logger.ts';
import type { Backoff } from './backoff.ts';
import { backoff } from './backoff.ts';

export interface LoopOptions {
  /** What it does, for the log: «la limpieza de filas». */
  name: string;
  everyMs: number;
  step: () => Promise<unknown>;
  /** Turns are left out while it is false. */
  when?: () => boolean;
  /** How long it pauses after failures; `everyMs` if absent (ms). */
  pause?: Backoff;
  logger: Pick<Logger, 'warn' | 'info'>;
}

/** Takes one turn after another, never two at once. A failure is logged once, and once that it is over. */
export class Loop {
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = true;
  #failures = 0;
  #told = false;
  #pausedUntil = 0;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  isFailing(): boolean {
    return this.#failures > 0;
  }

  isStopped(): boolean {
    return this.#stopped;
  }

  start(afterMs = 0): void {
    this.#stopped = false;
    this.#schedule(afterMs);
  }

  /** Waits for the turn that is being taken. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Takes a turn now, or right after the one that is being taken; not before the end of a pause after failures. */
  wake(): void {
    this.#woken = true;
    this.#schedule(0);
  }

  /** What made it fail is over: takes a turn now. */
  retry(): void {
    this.#failures = 0;
    this.#pausedUntil = 0;
    this.wake();
  }

  /** For work of the same kind outside a turn: tells that it failed. */
  failed(error: unknown): void {
    const { name, logger, everyMs, pause = { first: everyMs, max: everyMs } } = this.#options;
    this.#pausedUntil = performance.now() + backoff(this.#failures, pause);
    this.#failures += 1;
    if (!this.#told) logger.warn({ err: error }, `falló ${name}; se repite`);
    this.#told = true;
    this.#schedule(0);
  }

  /** For work of the same kind outside a turn: tells that it worked. */
  worked(): void {
    if (this.#told) this.#options.logger.info(`funciona de nuevo ${this.#options.name}`);
    this.#told = false;
    this.#failures = 0;
    this.#pausedUntil = 0;
  }

  #schedule(ms: number): void {
    if (this.#stopped || this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#running = this.#takeTurn().finally(() => {
          this.#running = undefined;
          this.#schedule(this.#woken ? 0 : this.#options.everyMs);
        });
      },
      Math.max(ms, this.#pausedUntil - performance.now()),
    );
  }

  async #takeTurn(): Promise<void> {
    this.#woken = false;
    const { step, when } = this.#options;
    if (when && !when()) return;
    try {
      await step();
      this.worked();
    } catch (error) {
      this.failed(error);
    }
  }
}
