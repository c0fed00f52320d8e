import { inject, Injectable, resource, signal } from '@angular/core';
import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import { AutorizadorApi } from '../core/api/autorizador-api';

type Quien = AutorizadorOperations['GET /registro']['answer']['registro'];

/** Who may sign up here. When nobody says, the form is offered: the answer to it will tell. */
@Injectable({ providedIn: 'root' })
export class Registro {
  readonly #api = inject(AutorizadorApi);
  readonly #primerAcceso = signal(false);
  /** The first administrator still has the password that the installation made. */
  readonly primerAcceso = this.#primerAcceso.asReadonly();

  readonly quien = resource({
    loader: async ({ abortSignal }): Promise<Quien> => {
      try {
        const { data } = await this.#api.call('GET /registro', { signal: abortSignal });
        this.#primerAcceso.set(data.primer_acceso);
        return data.registro;
      } catch {
        return 'abierto';
      }
    },
  });
}
