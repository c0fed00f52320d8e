import { inject, Injectable } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoService } from '@jsverse/transloco';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import { Toast } from './toast';

/** Who carries a delivery: a courier claims one that nobody carries. */
@Injectable({ providedIn: 'root' })
export class Asignacion {
  readonly #logistica = inject(LogisticaApi);
  readonly #sesion = inject(Sesion);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);

  isCourier(): boolean {
    return this.#sesion.hasRole('Mensajero', 'Admin');
  }

  mayClaim({ asignada_a, estado }: { asignada_a: number | null; estado: string }): boolean {
    return asignada_a === null && obstacleOf(estado) === undefined && this.isCourier();
  }

  /** Says how it went, also that somebody else was faster; what is shown has to be read again afterwards. */
  async tomar({ id, pedido_id: pedido }: { id: number; pedido_id: string }): Promise<void> {
    const say = (key: string) => this.#transloco.translate<string>(`asignacion.${key}`, { pedido });
    try {
      await this.#logistica.call('POST /entregas/:id/tomar', { params: { id } });
      this.#toast.say(say('tomada'));
    } catch (error) {
      const isLost = error instanceof ApiError && error.status === 409;
      this.#toast.failed(isLost ? new Error(say('perdida')) : error);
    }
  }
}
