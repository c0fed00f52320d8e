import { Component, computed, inject, input } from '@angular/core';
import { DomSanitizer } from '@angular/platform-browser';
import type { IconName } from './icons';
import { svgOf } from './icons';

/** A line icon in the size of the text beside it, drawn in its colour; never the only name of anything. */
@Component({
  selector: 'ms-icon',
  template: '',
  styles: `
    :host {
      display: inline-block;
      flex: none;
      width: var(--ms-icon-size, 1.3rem);
      height: var(--ms-icon-size, 1.3rem);
    }
  `,
  host: { 'aria-hidden': 'true', '[innerHTML]': 'svg()' },
})
export class Icon {
  readonly name = input.required<IconName>();

  readonly #sanitizer = inject(DomSanitizer);
  protected readonly svg = computed(() => this.#sanitizer.bypassSecurityTrustHtml(svgOf(this.name())));
}
