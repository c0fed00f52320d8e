import { NgComponentOutlet } from '@angular/common';
import type { Type } from '@angular/core';
import { Component, computed, inject, Injector, signal } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { Pantalla } from '../core/preferencias/pantalla';
import { Icon } from '../ui/icon';
import { addIcons } from '../ui/icons';
import { MORE_ICONS } from '../ui/more-icons';
import { AccountButton } from './account-button';
import type { AccountMenu } from './account-menu';
import { Avisos } from './avisos';
import { Brand } from './brand';
import { LanguageButton } from './language-button';
import { LiveState } from './live-state';
import { ScrollReturn } from './scroll-return';
import { sectionsOf } from './sections';
import { ThemeButton } from './theme-button';

/** The frame around every page: navigation at the left, on a phone at the bottom, and the account above. */
@Component({
  selector: 'ms-shell',
  imports: [
    AccountButton,
    Avisos,
    Brand,
    Icon,
    LanguageButton,
    LiveState,
    NgComponentOutlet,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    ThemeButton,
    TranslocoDirective,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  readonly #sesion = inject(Sesion);
  readonly #injector = inject(Injector);
  readonly #transloco = inject(TranslocoService);

  protected readonly isPhone = inject(Pantalla).isPhone;
  protected readonly nombre = computed(() => this.#sesion.usuario()?.nombre ?? '');
  protected readonly accountMenu = signal<Type<AccountMenu> | undefined>(undefined);
  protected readonly sections = computed(() => sectionsOf(this.#sesion));
  protected readonly barSections = computed(() => this.sections().filter(({ first }) => first));
  protected readonly moreSections = computed(() => this.sections().filter(({ first }) => !first));

  constructor() {
    addIcons(MORE_ICONS);
    // So that every page sends what an earlier visit has kept, and is where it was left.
    inject(Confirmaciones);
    inject(ScrollReturn);
  }

  protected skipToContent(event: Event, main: HTMLElement): void {
    event.preventDefault();
    main.focus();
  }

  protected async showAccount(): Promise<void> {
    this.accountMenu.set((await import('./account-menu')).AccountMenu);
  }

  protected async showMore(): Promise<void> {
    const { openMoreSheet } = await import('./more-sheet');
    openMoreSheet(this.#injector, {
      sections: this.moreSections(),
      ariaLabel: this.#transloco.translate<string>('nav.mas'),
    });
  }
}
