import { inject, Injectable, signal } from '@angular/core';
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

  readonly #quien = signal<Quien | undefined>(undefined);
  /** Undefined until that is known. */
  readonly quien = this.#quien.asReadonly();

  constructor() {
    this.leer();
  }

  /** Asks again; what was known stays until the answer. */
  leer(): void {
    this.#api.call('GET /registro').then(
      ({ data }) => {
        this.#primerAcceso.set(data.primer_acceso);
        this.#quien.set(data.registro);
      },
      () => this.#quien.set('abierto'),
    );
  }
}
