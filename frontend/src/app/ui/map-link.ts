import { Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from './icon';

/** An address on a map: another site, which gets the address when this is pressed, and nothing before. */
@Component({
  selector: 'ms-map-link',
  imports: [Icon, TranslocoPipe],
  template: `
    <a [href]="href()" target="_blank" rel="noreferrer">
      <ms-icon name="map-pin" /> {{ 'ui.mapa' | transloco }}
    </a>
  `,
  styles: `
    a {
      --ms-icon-size: 1.1rem;

      display: inline-flex;
      align-items: center;
      gap: 0.3rem;
      min-height: 1.75rem;
    }
  `,
})
export class MapLink {
  readonly address = input.required<string>();
  protected readonly href = computed(
    () =>
      `https://www.google.com/maps/search/?${new URLSearchParams({ api: '1', query: this.address() }).toString()}`,
  );
}
