import { Injectable, signal } from '@angular/core';

/** Whether the browser believes that it has a network. */
@Injectable({ providedIn: 'root' })
export class Red {
  readonly #hay = signal(navigator.onLine);
  readonly hay = this.#hay.asReadonly();

  constructor() {
    for (const event of ['online', 'offline']) {
      addEventListener(event, () => this.#hay.set(navigator.onLine));
    }
  }
}
