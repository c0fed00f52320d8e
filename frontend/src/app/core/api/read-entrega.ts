import { inject, resource } from '@angular/core';
import { LogisticaApi } from './logistica-api';

/** One delivery in clear, read again whenever `id` changes. Call it in an injection context. */
export function readEntrega(id: () => string) {
  const logistica = inject(LogisticaApi);
  return resource({
    params: id,
    loader: async ({ params, abortSignal }) => {
      const { data } = await logistica.call('GET /entrega/:id', {
        params: { id: Number(params) },
        signal: abortSignal,
      });
      return data;
    },
  });
}
