import { Component, computed, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { TranslocoPipe } from '@jsverse/transloco';
import { Tema } from '../core/preferencias/tema';
import type { IconName } from '../ui/icons';

const ICONS = { sistema: 'sun-moon', claro: 'sun', oscuro: 'moon' } as const satisfies Record<
  string,
  IconName
>;

@Component({
  selector: 'ms-theme-button',
  imports: [MatIcon, MatIconButton, TranslocoPipe],
  template: `
    @let label = 'preferencias.tema.' + tema.preferencia() | transloco;
    <button matIconButton type="button" [attr.aria-label]="label" [title]="label" (click)="tema.next()">
      <mat-icon [svgIcon]="icon()" aria-hidden="true" />
    </button>
  `,
})
export class ThemeButton {
  protected readonly tema = inject(Tema);
  protected readonly icon = computed(() => ICONS[this.tema.preferencia()]);
}
