import { inject, Injectable } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';

/**
 * The order numbers of deliveries that a test made. Each is written down before it is created, so that also a tab that was
 * closed meanwhile leaves nothing behind: the next visit cancels it.
 */
@Injectable()
export class EntregasDePrueba {
  readonly #logistica = inject(LogisticaApi);
  readonly #key = `medisupply.pruebas.${inject(Sesion).usuario()?.id ?? ''}`;

  anotar(pedidoId: string): void {
    this.#write([...this.#read(), pedidoId]);
  }

  /** Cancels them. What nobody answered for is kept for the next time; what was confirmed stays as it is. */
  async cancelar(): Promise<void> {
    for (const pedidoId of this.#read()) {
      try {
        await this.#cancelOrder(pedidoId);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409) return;
      }
      this.#write(this.#read().filter((one) => one !== pedidoId));
    }
  }

  async #cancelOrder(pedidoId: string): Promise<void> {
    const { data } = await this.#logistica.call('GET /entregas', { query: { pedido_id: pedidoId } });
    for (const { id } of data) await this.#logistica.call('POST /entregas/:id/cancelar', { params: { id } });
  }

  #read(): string[] {
    return (localStorage.getItem(this.#key) ?? '').split(' ').filter(Boolean);
  }

  #write(pedidoIds: readonly string[]): void {
    localStorage.setItem(this.#key, pedidoIds.join(' '));
  }
}
