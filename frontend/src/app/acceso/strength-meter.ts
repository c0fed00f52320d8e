import { Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { passwordStrength } from './password-strength';

const TONES = ['bad', 'bad', 'wait', 'good', 'good'] as const;

@Component({
  selector: 'ms-strength-meter',
  imports: [TranslocoPipe],
  template: `
    <div class="bars" aria-hidden="true">
      @for (bar of [1, 2, 3, 4]; track bar) {
        <span [class.on]="strength() >= bar"></span>
      }
    </div>
    <p role="status">{{ contrasena() ? ('acceso.fuerza.' + strength() | transloco) : '' }}</p>
  `,
  styles: `
    :host {
      --tone: var(--ms-bad);

      display: grid;
      grid-template-columns: minmax(6rem, 10rem) 1fr;
      align-items: center;
      gap: 0.75rem;
      min-height: 1.5rem;
      font-size: 0.88rem;
    }

    :host(.wait) {
      --tone: var(--ms-wait);
    }

    :host(.good) {
      --tone: var(--ms-good);
    }

    .bars {
      display: grid;
      grid-template-columns: repeat(4, 1fr);
      gap: 4px;
    }

    span {
      height: 5px;
      border-radius: 3px;
      background: var(--mat-sys-surface-variant);
      transition: background 0.2s;
    }

    .on {
      background: var(--tone);
    }

    p {
      color: var(--mat-sys-on-surface-variant);
    }
  `,
  host: { '[class]': 'tone()' },
})
export class StrengthMeter {
  readonly contrasena = input.required<string>();
  readonly nombre = input.required<string>();

  protected readonly strength = computed(() => passwordStrength(this.contrasena(), this.nombre()));
  protected readonly tone = computed(() => TONES[this.strength()]);
}
