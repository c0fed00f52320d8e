import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Borrador } from '../core/confirmaciones/borradores';
import { Borradores } from '../core/confirmaciones/borradores';
import type { ConfirmacionGuardada, Rechazada } from '../core/confirmaciones/confirmacion-guardada';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { hasExpired } from '../core/confirmaciones/signature-expiry';
import { Confirm } from '../ui/confirm';
import { Icon } from '../ui/icon';
import { Clock } from '../ui/time';

type Situation = 'enviando' | 'por_firmar' | 'esperando' | 'caducada' | 'rechazada';

/** What this device keeps: confirmations that wait or were refused, and drafts; nothing when there are none. */
@Component({
  selector: 'ms-pendientes',
  imports: [Icon, RouterLink, TranslocoDirective],
  templateUrl: './pendientes.html',
  styleUrl: './pendientes.scss',
})
export class Pendientes {
  readonly #confirmaciones = inject(Confirmaciones);
  readonly #borradores = inject(Borradores);
  readonly #confirm = inject(Confirm);
  readonly #now = inject(Clock).now;

  protected readonly rows = computed(() =>
    this.#confirmaciones
      .guardadas()
      .map((guardada) => ({ guardada, situation: this.#situationOf(guardada) })),
  );
  protected readonly borradores = this.#borradores.lista;
  protected readonly enviadas = computed(() => [...this.#confirmaciones.aceptadas().values()]);
  protected readonly waits = computed(() => this.#confirmaciones.porEnviar().length > 0);

  protected async sendNow(): Promise<void> {
    await this.#confirmaciones.enviar();
  }

  protected async discard(guardada: ConfirmacionGuardada): Promise<void> {
    const key = guardada.estado === 'rechazada' ? 'descartar_rechazada' : 'descartar';
    if (await this.#isSure(key, guardada)) await this.#confirmaciones.descartar(guardada);
  }

  protected async tryAgain(guardada: Rechazada): Promise<void> {
    await this.#confirmaciones.reintentar(guardada);
  }

  protected async discardDraft(borrador: Borrador): Promise<void> {
    if (await this.#isSure('descartar_borrador', borrador))
      await this.#borradores.quitar(borrador.entrega_id);
  }

  #isSure(key: string, { pedido_id: pedido }: { pedido_id: string }): Promise<boolean> {
    return this.#confirm.ask(`confirmar.pendientes.${key}`, { danger: true, params: { pedido } });
  }

  #situationOf(guardada: ConfirmacionGuardada): Situation {
    if (guardada.estado === 'rechazada') return 'rechazada';
    if (this.#confirmaciones.enviando() === guardada.entrega_id) return 'enviando';
    if (guardada.estado === 'por-firmar') return 'por_firmar';
    return hasExpired(guardada, this.#now()) ? 'caducada' : 'esperando';
  }
}
