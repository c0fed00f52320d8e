import { inject, Injectable, signal } from '@angular/core';
import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import { AutorizadorApi } from '../core/api/autorizador-api';

type Quien = AutorizadorOperations['GET /registro']['answer']['registro'];

/** Who may sign up here. When nobody says, the form is offered: the answer to it will tell. */
@Injectable({ providedIn: 'root' })
export class Registro {
  readonly #api = inject(AutorizadorApi);

  readonly #quien = signal<Quien | undefined>(undefined);
  /** Undefined until that is known. */
  readonly quien = this.#quien.asReadonly();

  constructor() {
    this.#api.call('GET /registro').then(
      ({ data }) => this.#quien.set(data.registro),
      () => this.#quien.set('abierto'),
    );
  }
}
