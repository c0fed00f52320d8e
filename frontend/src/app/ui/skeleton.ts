import { Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';

/** Grey lines in the place of what is being loaded: `<ms-skeleton [lines]="4" />`, of `height` each (any CSS length). */
@Component({
  selector: 'ms-skeleton',
  imports: [TranslocoPipe],
  template: `
    <span class="ms-visually-hidden">{{ 'ui.cargando' | transloco }}</span>
    @for (line of rows(); track line) {
      <div aria-hidden="true" [style.height]="height()" [style.width.%]="line"></div>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 0.75rem;
    }

    div {
      border-radius: 8px;
      background: linear-gradient(
        100deg,
        var(--mat-sys-surface-container-highest) 40%,
        var(--mat-sys-surface-variant) 50%,
        var(--mat-sys-surface-container-highest) 60%
      );
      background-size: 300% 100%;
      animation: pass 1.6s linear infinite;
    }

    @keyframes pass {
      from {
        background-position: 100% 0;
      }

      to {
        background-position: 0 0;
      }
    }
  `,
  host: { role: 'status' },
})
export class Skeleton {
  readonly lines = input(3);
  readonly height = input('1.1rem');
  /** Widths in percent, uneven as text is; the array is also what keeps the tracks apart. */
  protected readonly rows = computed(() =>
    Array.from({ length: this.lines() }, (_, index) => 100 - ((index * 37) % 29) - index / 1_000),
  );
}
