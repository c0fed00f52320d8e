import { Location } from '@angular/common';
import { Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { Icon } from './icon';

/**
 * The way back, above a page's heading: `<ms-back-link link="/tareas">Tareas</ms-back-link>`. Whoever came from there
 * goes back in the history: to the same place of the list, with its filter.
 */
@Component({
  selector: 'ms-back-link',
  imports: [Icon],
  template: ` <a [href]="link()" (click)="goBack($event)"> <ms-icon name="arrow-left" /><ng-content /> </a> `,
  styles: `
    :host {
      display: block;
      margin-bottom: 0.6rem;
    }

    a {
      --ms-icon-size: 1.05rem;

      display: inline-flex;
      align-items: center;
      gap: 0.35rem;
      min-height: 1.75rem;
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.92rem;
      font-weight: 550;
      text-decoration: none;
    }

    a:hover {
      color: var(--mat-sys-primary);
      text-decoration: underline;
    }
  `,
})
export class BackLink {
  readonly link = input.required<string>();

  readonly #location = inject(Location);
  readonly #router = inject(Router);

  protected goBack(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const before = this.#router.lastSuccessfulNavigation()?.previousNavigation?.finalUrl;
    if (before && this.#router.serializeUrl(before).split('?')[0] === this.link()) this.#location.back();
    else void this.#router.navigateByUrl(this.link());
  }
}
