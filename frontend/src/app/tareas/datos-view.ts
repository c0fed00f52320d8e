import { Component, computed, forwardRef, inject, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';
import { formatNumber } from '../ui/number-pipe';
import { preciseTime } from '../ui/time';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Whatever JSON a task takes or gives: names with their values, lists, lists of those. */
@Component({
  selector: 'ms-datos-view',
  imports: [forwardRef(() => DatosView), TranslocoPipe],
  template: `
    @if (entries(); as entries) {
      <dl>
        @for (entry of entries; track entry[0]) {
          <div>
            <dt>{{ entry[0] }}</dt>
            <dd><ms-datos-view [value]="entry[1]" /></dd>
          </div>
        }
      </dl>
    } @else if (items(); as items) {
      <ul>
        @for (item of items; track $index) {
          <li><ms-datos-view [value]="item" /></li>
        }
      </ul>
    } @else {
      <span class="ms-number">{{ key() ? (key() | transloco) : text() }}</span>
    }
  `,
  styleUrl: './datos-view.scss',
})
export class DatosView {
  readonly value = input.required<unknown>();

  readonly #idioma = inject(Idioma).codigo;
  protected readonly entries = computed(() => {
    const value = this.value();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.length > 0 ? entries : undefined;
  });
  protected readonly items = computed(() => {
    const value = this.value();
    return Array.isArray(value) && value.length > 0 ? (value as unknown[]) : undefined;
  });
  /** Key of the text for a boolean or an empty value. */
  protected readonly key = computed(() => {
    const value = this.value();
    if (typeof value === 'boolean') return value ? 'tareas.si' : 'tareas.no';
    return typeof value === 'object' ? 'tareas.nada' : '';
  });
  protected readonly text = computed(() => {
    const value = this.value();
    if (typeof value === 'number') return formatNumber(value, this.#idioma());
    const text = String(value);
    return MOMENT.test(text) ? preciseTime(text, this.#idioma()) : text;
  });
}
