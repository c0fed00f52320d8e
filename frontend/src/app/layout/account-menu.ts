import { afterNextRender, Component, computed, inject, viewChild } from '@angular/core';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoPipe } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';
import { Idioma } from '../core/i18n/idioma';
import { Pantalla } from '../core/preferencias/pantalla';
import { Tema } from '../core/preferencias/tema';
import { Confirm } from '../ui/confirm';
import { Icon } from '../ui/icon';
import { Salir } from '../ui/salir';
import { AccountButton } from './account-button';
import { IDIOMAS } from './language-button';
import { THEME_ICONS } from './theme-button';

/** The account's button with its menu, which is opened at once: it is loaded when it is asked for. */
@Component({
  selector: 'ms-account-menu',
  imports: [
    AccountButton,
    Icon,
    MatDivider,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    RouterLink,
    TranslocoDirective,
    TranslocoPipe,
  ],
  template: `
    <ng-container *transloco="let t; prefix: 'cuenta'">
      <button
        msAccount
        [nombre]="nombre()"
        [matMenuTriggerFor]="account"
        [attr.aria-label]="t('menu', { nombre: nombre() })"
      ></button>
      <mat-menu #account="matMenu">
        <div class="who">
          <strong>{{ nombre() }}</strong>
          <span class="ms-soft">{{ roles() }}</span>
        </div>
        <mat-divider />
        @if (isPhone()) {
          @for (one of others(); track one.codigo) {
            <button mat-menu-item type="button" [attr.lang]="one.codigo" (click)="idioma.choose(one.codigo)">
              <ms-icon matMenuItemIcon name="languages" />
              <span>{{ one.nombre }}</span>
            </button>
          }
          <button mat-menu-item type="button" (click)="tema.next()">
            <ms-icon matMenuItemIcon [name]="themeIcon()" />
            <span>{{ 'preferencias.tema.' + tema.preferencia() | transloco }}</span>
          </button>
        }
        <a mat-menu-item routerLink="/contrasena">
          <ms-icon matMenuItemIcon name="key-round" />
          <span>{{ t('contrasena') }}</span>
        </a>
        <button mat-menu-item type="button" (click)="logOut()">
          <ms-icon matMenuItemIcon name="log-out" />
          <span>{{ t('salir') }}</span>
        </button>
        <button mat-menu-item type="button" (click)="logOutEverywhere()">
          <ms-icon matMenuItemIcon name="globe" />
          <span>{{ t('salir_todas') }}</span>
        </button>
      </mat-menu>
    </ng-container>
  `,
  styles: `
    .who {
      display: grid;
      padding: 0.5rem 1rem 0.75rem;
      overflow-wrap: anywhere;
    }
  `,
})
export class AccountMenu {
  readonly #sesion = inject(Sesion);
  readonly #confirm = inject(Confirm);
  readonly #salir = inject(Salir);
  protected readonly idioma = inject(Idioma);
  protected readonly tema = inject(Tema);
  /** What a desktop has beside this menu. */
  protected readonly isPhone = inject(Pantalla).isPhone;
  protected readonly others = computed(() => IDIOMAS.filter(({ codigo }) => codigo !== this.idioma.codigo()));
  protected readonly themeIcon = computed(() => THEME_ICONS[this.tema.preferencia()]);

  protected readonly nombre = computed(() => this.#sesion.usuario()?.nombre ?? '');
  protected readonly roles = computed(() => this.#sesion.usuario()?.roles.join(', ') ?? '');
  protected readonly trigger = viewChild(MatMenuTrigger);

  constructor() {
    afterNextRender(() => this.trigger()?.openMenu());
  }

  protected async logOut(): Promise<void> {
    await this.#salir.salir({ todas: false });
  }

  protected async logOutEverywhere(): Promise<void> {
    const sure = await this.#confirm.ask('cuenta.cerrar_todas', { danger: true });
    if (sure) await this.#salir.salir({ todas: true });
  }
}
