import { inject, Injectable, Injector } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';

/** `if (await confirm.ask('tareas.cancelar', { danger: true })) …` The dialog is loaded with the first question. */
@Injectable({ providedIn: 'root' })
export class Confirm {
  readonly #injector = inject(Injector);
  readonly #transloco = inject(TranslocoService);

  /** Asks with the texts `titulo`, `texto` and `accion` below `key`. */
  async ask(
    key: string,
    { danger, params = {} }: { danger: boolean; params?: Record<string, unknown> },
  ): Promise<boolean> {
    const text = (name: string) => this.#transloco.translate<string>(`${key}.${name}`, params);
    const { openConfirmDialog } = await import('./confirm-dialog');
    const question = { titulo: text('titulo'), texto: text('texto'), accion: text('accion'), danger };
    return openConfirmDialog(this.#injector, question);
  }
}
