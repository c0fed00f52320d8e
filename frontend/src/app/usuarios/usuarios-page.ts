import { Component, inject, signal } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { AutorizadorApi } from '../core/api/autorizador-api';
import { Sesion } from '../core/auth/sesion';
import { Pantalla } from '../core/preferencias/pantalla';
import { Chip } from '../ui/chip';
import { Confirm } from '../ui/confirm';
import { cursorPages } from '../ui/cursor-pages';
import type { Column } from '../ui/data-table';
import { Cell, DataTable } from '../ui/data-table';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { PageHeader } from '../ui/page-header';
import { Time } from '../ui/time';
import { Toast } from '../ui/toast';
import { ContrasenaDadaDialog } from './contrasena-dada-dialog';
import { RolesDialog } from './roles-dialog';
import type { Usuario } from './usuario';
import { inOrder } from './usuario';
import { UsuarioNuevoDialog } from './usuario-nuevo-dialog';

@Component({
  selector: 'ms-usuarios-page',
  imports: [
    Cell,
    Chip,
    DataTable,
    EmptyState,
    ErrorState,
    Icon,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    PageHeader,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './usuarios-page.html',
  styleUrl: './usuarios-page.scss',
})
export class UsuariosPage {
  readonly #autorizador = inject(AutorizadorApi);
  readonly #sesion = inject(Sesion);
  readonly #confirm = inject(Confirm);
  readonly #rolesDialog = inject(RolesDialog);
  readonly #nuevoDialog = inject(UsuarioNuevoDialog);
  readonly #contrasenaDialog = inject(ContrasenaDadaDialog);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);

  protected readonly isPhone = inject(Pantalla).isPhone;
  protected readonly pages = cursorPages(
    () => ({}),
    (_query, page) => this.#autorizador.call('GET /usuarios', { query: page.query, signal: page.signal }),
  );
  /** The last refusal, and the user whose change it was. */
  protected readonly failure = signal<{ nombre: string; error: unknown } | undefined>(undefined);
  protected readonly inOrder = inOrder;
  protected readonly identify = ({ id }: Usuario): number => id;
  /** Administrators cannot change their own account, lest they lock themselves out. */
  protected readonly isMine = ({ id }: Usuario): boolean => id === this.#sesion.usuario()?.id;

  protected columnsIn(translate: (key: string) => string): Column[] {
    return [
      { key: 'nombre', header: translate('nombre'), width: 'minmax(0, 2fr)', phone: 'title' },
      { key: 'roles', header: translate('roles'), width: 'minmax(0, 1.6fr)', phone: 'detail' },
      { key: 'cuenta', header: translate('cuenta'), width: '9rem' },
      { key: 'creado', header: translate('creado'), width: '8rem' },
      { key: 'acciones', header: translate('acciones'), width: '6.5rem', align: 'end', phone: 'end' },
    ];
  }

  protected async create(): Promise<void> {
    const dada = await this.#nuevoDialog.create();
    if (!dada) return;
    this.pages.reload();
    this.#contrasenaDialog.show(dada);
  }

  protected async givePassword({ id, nombre }: Usuario): Promise<void> {
    const question = { danger: true, params: { nombre } };
    if (!(await this.#confirm.ask('usuarios.dar_contrasena', question))) return;
    this.failure.set(undefined);
    try {
      const { data } = await this.#autorizador.call('POST /usuarios/:id/contrasena', { params: { id } });
      this.#contrasenaDialog.show({ nombre, contrasena: data.contrasena });
    } catch (error) {
      this.failure.set({ nombre, error });
    }
  }

  protected async changeRoles(usuario: Usuario): Promise<void> {
    const roles = await this.#rolesDialog.choose(usuario);
    if (!roles) return;
    const names = { nombre: usuario.nombre, antes: this.#listed(usuario.roles), ahora: this.#listed(roles) };
    await this.#change(usuario, 'cambiar_roles', names, { roles });
  }

  protected async deactivate(usuario: Usuario): Promise<void> {
    await this.#change(usuario, 'desactivar', { nombre: usuario.nombre }, { activo: false });
  }

  protected async activate(usuario: Usuario): Promise<void> {
    await this.#change(usuario, 'activar', { nombre: usuario.nombre }, { activo: true });
  }

  /** Asks for confirmation, and changes the user; a refusal is shown above the list. */
  async #change(
    { id, nombre }: Usuario,
    action: 'cambiar_roles' | 'desactivar' | 'activar',
    names: Record<string, string>,
    body: { roles?: Rol[]; activo?: boolean },
  ): Promise<void> {
    const question = { danger: action === 'desactivar', params: names };
    if (!(await this.#confirm.ask(`usuarios.${action}`, question))) return;
    this.failure.set(undefined);
    try {
      const { data } = await this.#autorizador.call('PATCH /usuarios/:id', { params: { id }, body });
      this.pages.update((row) => (row.id === id ? data : row));
      this.#toast.say(this.#transloco.translate<string>(`usuarios.${action}.hecho`, names));
    } catch (error) {
      this.failure.set({ nombre, error });
    }
  }

  #listed(roles: readonly Rol[]): string {
    return inOrder(roles)
      .map((rol) => this.#transloco.translate<string>(`usuarios.rol.${rol}.nombre`))
      .join(', ');
  }
}
