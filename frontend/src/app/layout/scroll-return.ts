import { inject, Injectable } from '@angular/core';
import { NavigationStart, Router, Scroll } from '@angular/router';

/** With any of these the user scrolls, or begins something else. */
const HANDS_ON = ['wheel', 'touchmove', 'pointerdown', 'keydown'];
/** A list may be read again once the live stream begins, and be short in between (ms). */
const SETTLED_MS = 5_000;

/**
 * Back on a page, it is where it was left. The router scrolls there at once; a list that is read again is not that long
 * yet, and grows while it is scrolled.
 */
@Injectable({ providedIn: 'root' })
export class ScrollReturn {
  #stop = new AbortController();

  constructor() {
    inject(Router).events.subscribe((event) => {
      if (event instanceof NavigationStart) this.#stop.abort();
      if (event instanceof Scroll && event.position !== null) this.#goTo(event.position[1]);
    });
  }

  #goTo(top: number): void {
    const stop = (this.#stop = new AbortController());
    const { signal } = stop;
    const observer = new ResizeObserver(() => window.scrollTo({ top }));
    observer.observe(document.body);
    const timer = setTimeout(() => stop.abort(), SETTLED_MS);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      clearTimeout(timer);
    });
    for (const name of HANDS_ON) addEventListener(name, () => stop.abort(), { signal, passive: true });
  }
}
