import { Injectable, signal } from '@angular/core';

/** Below this the app is laid out for a phone; the style sheets use the same number. */
const PHONE = '(max-width: 767px)';

@Injectable({ providedIn: 'root' })
export class Pantalla {
  readonly #isPhone = signal(false);
  readonly isPhone = this.#isPhone.asReadonly();

  constructor() {
    const query = matchMedia(PHONE);
    this.#isPhone.set(query.matches);
    query.addEventListener('change', ({ matches }) => this.#isPhone.set(matches));
  }
}
