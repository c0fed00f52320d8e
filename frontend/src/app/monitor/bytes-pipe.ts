import type { PipeTransform } from '@angular/core';
import { inject, Pipe } from '@angular/core';
import { Idioma } from '../core/i18n/idioma';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `{{ rss | msBytes }}`: «93,4 MB». */
@Pipe({ name: 'msBytes', pure: false })
export class BytesPipe implements PipeTransform {
  readonly #idioma = inject(Idioma).codigo;

  transform(bytes: number): string {
    const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return new Intl.NumberFormat(this.#idioma(), {
      style: 'unit',
      unit: UNITS[power] ?? 'byte',
      maximumFractionDigits: power > 1 ? 1 : 0,
    }).format(bytes / 1_000 ** power);
  }
}
