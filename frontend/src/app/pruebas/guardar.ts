import { inject, Injectable } from '@angular/core';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { withKeys } from '@medisupply/shared/proof/saved-keys';
import { AutorizadorApi } from '../core/api/autorizador-api';

export type Prueba = LogisticaOperations['GET /entrega/:id/prueba']['answer'];

/** Saves what proves a delivery, and the page that checks it, as files. */
@Injectable({ providedIn: 'root' })
export class GuardarPrueba {
  readonly #autorizador = inject(AutorizadorApi);

  prueba(prueba: Prueba): void {
    save(`entrega-${prueba.entrega.id}.pod.json`, JSON.stringify(prueba), 'application/json');
  }

  /** With the keys of this platform in it: it needs no network and nobody's word. */
  async comprobador(): Promise<void> {
    const [page, { data: jwks }] = await Promise.all([
      fetch('/verificar.html').then((answer) => answer.text()),
      this.#autorizador.call('GET /.well-known/jwks.json'),
    ]);
    save('verificar.html', withKeys(page, jwks, new Date()), 'text/html');
  }
}

function save(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
