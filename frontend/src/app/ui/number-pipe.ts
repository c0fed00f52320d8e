import type { PipeTransform } from '@angular/core';
import { inject, Pipe } from '@angular/core';
import { Idioma } from '../core/i18n/idioma';

/** A number as the language writes it: `12.500`; `{{ n | msNumber: 'signed' }}` has its sign, `+12` or `−3`. */
@Pipe({ name: 'msNumber', pure: false })
export class NumberPipe implements PipeTransform {
  readonly #idioma = inject(Idioma).codigo;

  transform(value: number, sign: 'signed' | 'plain' = 'plain'): string {
    return formatNumber(value, this.#idioma(), sign);
  }
}

export function formatNumber(value: number, idioma: string, sign: 'signed' | 'plain' = 'plain'): string {
  const format = new Intl.NumberFormat(idioma, {
    signDisplay: sign === 'signed' ? 'exceptZero' : 'auto',
    maximumFractionDigits: 1,
    useGrouping: 'min2',
  });
  return format.format(value).replace('-', '−');
}
