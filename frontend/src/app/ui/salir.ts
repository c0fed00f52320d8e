import { inject, Injectable, Injector } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';
import { Borradores } from '../core/confirmaciones/borradores';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { Toast } from './toast';

/** Logging out, with a question when this device keeps work that the server does not have. */
@Injectable({ providedIn: 'root' })
export class Salir {
  readonly #sesion = inject(Sesion);
  readonly #confirmaciones = inject(Confirmaciones);
  readonly #borradores = inject(Borradores);
  readonly #toast = inject(Toast);
  readonly #injector = inject(Injector);
  readonly #transloco = inject(TranslocoService);

  async salir(options: { todas: boolean }): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    const keeps = await this.#leavesWork();
    if (usuarioId === undefined || keeps === undefined) return;
    try {
      await this.#sesion.cerrar(options);
      if (!keeps) await this.#confirmaciones.olvidar(usuarioId);
    } catch (error) {
      this.#toast.failed(error);
    }
  }

  /** Whether what was not sent stays on this device; undefined when its user goes on. */
  async #leavesWork(): Promise<boolean | undefined> {
    const cuenta = this.#confirmaciones.guardadas().length + this.#borradores.lista().length;
    if (cuenta === 0) return false;
    const { askHowToLeave } = await import('./salir-dialog');
    const canSend = this.#confirmaciones.porEnviar().length > 0;
    const salidas = canSend ? (['enviar', 'dejar', 'borrar'] as const) : (['dejar', 'borrar'] as const);
    const salida = await askHowToLeave(this.#injector, { cuenta, salidas });
    if (salida !== 'enviar') return salida && salida === 'dejar';
    await this.#confirmaciones.enviar();
    if (this.#confirmaciones.guardadas().length === 0) return this.#borradores.lista().length > 0;
    this.#toast.failed(new Error(this.#transloco.translate<string>('cuenta.sin_enviar.siguen')));
    return undefined;
  }
}
