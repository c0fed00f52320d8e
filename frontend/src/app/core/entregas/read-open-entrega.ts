import { inject, resource } from '@angular/core';
import { LogisticaApi } from '../api/logistica-api';
import type { EntregaAbierta } from './mis-entregas';
import { MisEntregas } from './mis-entregas';

/** One delivery, read again whenever `id` changes; without a network as it is kept. Call it in an injection context. */
export function readOpenEntrega(id: () => string) {
  const logistica = inject(LogisticaApi);
  const misEntregas = inject(MisEntregas);
  return resource({
    params: id,
    loader: ({ params, abortSignal }) =>
      misEntregas.orKept<EntregaAbierta>(
        async () => {
          const { data } = await logistica.call('GET /entrega/:id', {
            params: { id: Number(params) },
            signal: abortSignal,
          });
          await misEntregas.guardar(data).catch(() => undefined);
          return data;
        },
        (guardadas) => guardadas.find((guardada) => guardada.id === Number(params)),
      ),
  });
}
