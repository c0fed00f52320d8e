import { Component } from '@angular/core';

/** The mark and the name, in the colour of the text around. */
@Component({
  selector: 'ms-brand',
  template: `
    <svg viewBox="0 0 36 36" width="32" height="32" aria-hidden="true">
      <rect width="36" height="36" rx="10" class="tile" />
      <path d="M18 8v20M8 18h20" class="cross" />
      <path d="M19.5 25.5l3.4 3.4 7.6-8.6" class="edge" />
      <path d="M19.5 25.5l3.4 3.4 7.6-8.6" class="check" />
    </svg>
    <span>MediSupply</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.65rem;
      font-size: 1.15rem;
      font-weight: 680;
      letter-spacing: -0.025em;
    }

    .tile {
      fill: #1f8a78;
    }

    path {
      fill: none;
      stroke-linecap: round;
      stroke-linejoin: round;
    }

    .cross {
      stroke: #fff;
      stroke-width: 6;
    }

    .edge {
      stroke: #1f8a78;
      stroke-width: 7.5;
    }

    .check {
      stroke: var(--ms-ink);
      stroke-width: 3.6;
    }
  `,
})
export class Brand {}
