import { HttpClient } from '@angular/common/http';
import { Component, inject, input, resource } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { ErrorState } from '../ui/error-state';
import { dataUrlOf } from '../ui/data-url';
import { Skeleton } from '../ui/skeleton';

/** The photo of a delivery whose hash is signed. */
@Component({
  selector: 'ms-entrega-foto',
  imports: [ErrorState, Skeleton, TranslocoPipe],
  template: `
    @if (foto.hasValue()) {
      <img [src]="foto.value()" [alt]="'entregas.foto_de' | transloco: { id: entregaId() }" />
    } @else if (foto.error(); as error) {
      <ms-error-state [error]="error" [retryable]="true" (retry)="foto.reload()" />
    } @else {
      <ms-skeleton [lines]="3" />
    }
  `,
  styles: `
    img {
      max-width: 100%;
      max-height: 20rem;
      border-radius: 10px;
    }
  `,
})
export class EntregaFoto {
  readonly entregaId = input.required<number>();
  /** Read again with another one. */
  readonly sha256 = input.required<string>();

  readonly #http = inject(HttpClient);
  protected readonly foto = resource({
    params: () => ({ id: this.entregaId(), sha256: this.sha256() }),
    loader: async ({ params: { id } }) => {
      const address = `/api/v1/logistica/entrega/${id}/foto`;
      return dataUrlOf(await firstValueFrom(this.#http.get(address, { responseType: 'blob' })));
    },
  });
}
