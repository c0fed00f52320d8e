import { inject, Injectable, resource } from '@angular/core';
import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import { AutorizadorApi } from '../core/api/autorizador-api';

type Quien = AutorizadorOperations['GET /registro']['answer']['registro'];

/** Who may sign up here. When nobody says, the form is offered: the answer to it will tell. */
@Injectable({ providedIn: 'root' })
export class Registro {
  readonly #api = inject(AutorizadorApi);

  readonly quien = resource({
    loader: async ({ abortSignal }): Promise<Quien> => {
      try {
        return (await this.#api.call('GET /registro', { signal: abortSignal })).data.registro;
      } catch {
        return 'abierto';
      }
    },
  });
}
