import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { ConfirmacionGuardada } from '../core/confirmaciones/confirmacion-guardada';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { hasExpired } from '../core/confirmaciones/signature-expiry';
import { Confirm } from '../ui/confirm';
import { Icon } from '../ui/icon';
import { Clock } from '../ui/time';

type Situation = 'enviando' | 'esperando' | 'caducada' | 'rechazada';

/** The confirmations that this device keeps, waiting or refused; nothing when there are none. */
@Component({
  selector: 'ms-pendientes',
  imports: [Icon, RouterLink, TranslocoDirective],
  templateUrl: './pendientes.html',
  styleUrl: './pendientes.scss',
})
export class Pendientes {
  readonly #confirmaciones = inject(Confirmaciones);
  readonly #confirm = inject(Confirm);
  readonly #now = inject(Clock).now;

  protected readonly rows = computed(() =>
    this.#confirmaciones
      .guardadas()
      .map((guardada) => ({ guardada, situation: this.#situationOf(guardada) })),
  );
  protected readonly enviadas = computed(() => [...this.#confirmaciones.aceptadas().values()]);
  protected readonly waits = computed(() => this.#confirmaciones.porEnviar().length > 0);

  protected async sendNow(): Promise<void> {
    await this.#confirmaciones.enviar();
  }

  protected async discard(guardada: ConfirmacionGuardada): Promise<void> {
    const params = { pedido: guardada.pedido_id };
    const sure =
      guardada.estado === 'rechazada' ||
      (await this.#confirm.ask('confirmar.pendientes.descartar', { danger: true, params }));
    if (sure) await this.#confirmaciones.descartar(guardada);
  }

  #situationOf(guardada: ConfirmacionGuardada): Situation {
    if (guardada.estado === 'rechazada') return 'rechazada';
    if (this.#confirmaciones.enviando() === guardada.entrega_id) return 'enviando';
    return hasExpired(guardada, this.#now()) ? 'caducada' : 'esperando';
  }
}
