import { Component, computed, inject } from '@angular/core';
import { MatBottomSheet } from '@angular/material/bottom-sheet';
import { MatDivider } from '@angular/material/divider';
import { MatIcon } from '@angular/material/icon';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';
import { Pantalla } from '../core/preferencias/pantalla';
import { Confirm } from '../ui/confirm-dialog';
import { Salir } from '../ui/salir';
import { Avisos } from './avisos';
import { Brand } from './brand';
import { LanguageButton } from './language-button';
import { LiveState } from './live-state';
import { MoreSheet } from './more-sheet';
import { SECTIONS } from './sections';
import { ThemeButton } from './theme-button';

/** The frame around every page: navigation at the left, on a phone at the bottom, and the account above. */
@Component({
  selector: 'ms-shell',
  imports: [
    Avisos,
    Brand,
    LanguageButton,
    LiveState,
    MatDivider,
    MatIcon,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
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
  readonly #confirm = inject(Confirm);
  readonly #sheet = inject(MatBottomSheet);
  readonly #salir = inject(Salir);
  readonly #transloco = inject(TranslocoService);

  protected readonly isPhone = inject(Pantalla).isPhone;
  protected readonly nombre = computed(() => this.#sesion.usuario()?.nombre ?? '');
  protected readonly roles = computed(() => this.#sesion.usuario()?.roles.join(', ') ?? '');
  protected readonly initial = computed(() => Array.from(this.nombre())[0]?.toLocaleUpperCase() ?? '');
  protected readonly sections = computed(() =>
    SECTIONS.filter(({ role }) => role === undefined || this.#sesion.hasRole(role)),
  );
  protected readonly barSections = computed(() => this.sections().filter(({ first }) => first));

  protected skipToContent(event: Event, main: HTMLElement): void {
    event.preventDefault();
    main.focus();
  }

  protected showMore(): void {
    this.#sheet.open(MoreSheet, {
      data: this.sections().filter(({ first }) => !first),
      ariaLabel: this.#transloco.translate<string>('nav.mas'),
    });
  }

  protected async logOut(): Promise<void> {
    await this.#salir.salir({ todas: false });
  }

  protected async logOutEverywhere(): Promise<void> {
    const sure = await this.#confirm.ask('cuenta.cerrar_todas', { danger: true });
    if (sure) await this.#salir.salir({ todas: true });
  }
}
