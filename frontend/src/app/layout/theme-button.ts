import { Component, computed, inject } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Tema } from '../core/preferencias/tema';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';

export const THEME_ICONS = { sistema: 'sun-moon', claro: 'sun', oscuro: 'moon' } as const satisfies Record<
  string,
  IconName
>;

@Component({
  selector: 'ms-theme-button',
  imports: [Icon, TranslocoPipe],
  template: `
    @let label = 'preferencias.tema.' + tema.preferencia() | transloco;
    <button msIconButton type="button" [attr.aria-label]="label" [title]="label" (click)="tema.next()">
      <ms-icon [name]="icon()" />
    </button>
  `,
})
export class ThemeButton {
  protected readonly tema = inject(Tema);
  protected readonly icon = computed(() => THEME_ICONS[this.tema.preferencia()]);
}
