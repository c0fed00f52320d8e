import { inject, Injectable, signal } from '@angular/core';
import { SwUpdate } from '@angular/service-worker';

/** An open page looks for a new version this often, while it is seen (ms). */
const EVERY = 3_600_000;

/** A later version of the app, taken up when its user says so, or the next time that the app is opened. */
@Injectable({ providedIn: 'root' })
export class Actualizacion {
  readonly #updates = inject(SwUpdate);
  readonly #hay = signal(false);
  readonly #irrecuperable = signal(false);
  #address: string | undefined;
  #looked = Date.now();

  readonly hay = this.#hay.asReadonly();
  /** Files that this version needs are neither kept nor served any more. */
  readonly irrecuperable = this.#irrecuperable.asReadonly();

  constructor() {
    this.#updates.versionUpdates.subscribe(({ type }) => {
      if (type === 'VERSION_READY') this.#hay.set(true);
    });
    this.#updates.unrecoverable.subscribe(() => this.#irrecuperable.set(true));
    if (!this.#updates.isEnabled) return;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && Date.now() - this.#looked >= EVERY) this.#look();
    });
  }

  /** Offers it: `address` is a page whose files are gone. */
  ofrecer(address: string): void {
    this.#address = address;
    this.#hay.set(true);
  }

  aplicar(): void {
    location.assign(this.#address ?? location.href);
  }

  #look(): void {
    this.#looked = Date.now();
    // Without a network it looks the next time.
    this.#updates.checkForUpdate().catch(() => undefined);
  }
}
