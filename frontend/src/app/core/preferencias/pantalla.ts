import { Injectable, signal } from '@angular/core';

/** Then the app is laid out for a phone, also for one that is turned; `styles/_screen.scss` says the same. */
const PHONE = '(max-width: 767px), (max-height: 479px) and (pointer: coarse)';

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
