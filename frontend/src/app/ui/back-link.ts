import { Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';

/** The way back, above a page's heading: `<ms-back-link link="/tareas">Tareas</ms-back-link>`. */
@Component({
  selector: 'ms-back-link',
  imports: [MatIcon, RouterLink],
  template: `<a [routerLink]="link()"><mat-icon svgIcon="arrow-left" aria-hidden="true" /><ng-content /></a>`,
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
}
