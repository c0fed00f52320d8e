import { Component, computed, inject, Injectable, input, signal } from '@angular/core';
import { Idioma } from '../core/i18n/idioma';

const SECOND = 1_000;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400 * SECOND],
  ['hour', 3_600 * SECOND],
  ['minute', 60 * SECOND],
];

/** One clock for all times on the page. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly #now = signal(Date.now());
  readonly now = this.#now.asReadonly();

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.#now.set(Date.now());
    }, 5 * SECOND);
    document.addEventListener('visibilitychange', () => this.#now.set(Date.now()));
  }
}

/** A moment (ISO 8601): how long ago, with the exact time as its tooltip; or the exact time, to the millisecond. */
@Component({
  selector: 'ms-time',
  template: `<time [attr.datetime]="value()" [title]="precise()">{{
    exact() ? precise() : relative()
  }}</time>`,
  styles: `
    time {
      /* As one, but where even that is too wide. */
      display: inline-block;
      max-width: 100%;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class Time {
  readonly value = input.required<string>();
  readonly exact = input(false);

  readonly #clock = inject(Clock);
  readonly #idioma = inject(Idioma).codigo;
  protected readonly precise = computed(() => preciseTime(this.value(), this.#idioma()));
  protected readonly relative = computed(() => relativeTime(this.value(), this.#clock.now(), this.#idioma()));
}

/** «hace 3 min»; «ahora» below a minute; the date after 30 days. */
export function relativeTime(value: string, now: number, idioma: string): string {
  const difference = Date.parse(value) - now;
  const [unit, size] = UNITS.find(([, unitSize]) => Math.abs(difference) >= unitSize) ?? ['second', SECOND];
  if (unit === 'day' && Math.abs(difference) > 30 * size) {
    return new Date(value).toLocaleDateString(idioma, { dateStyle: 'medium' });
  }
  const format = new Intl.RelativeTimeFormat(idioma, { numeric: 'auto', style: 'short' });
  return unit === 'second' ? format.format(0, 'second') : format.format(Math.trunc(difference / size), unit);
}

export const preciseTime = (value: string, idioma: string): string =>
  new Date(value).toLocaleString(idioma, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
