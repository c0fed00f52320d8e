import { inject, resource } from '@angular/core';
import { LogisticaApi } from './logistica-api';

/** One task, read again whenever `id` changes. Call it in an injection context. */
export function readTarea(id: () => string) {
  const logistica = inject(LogisticaApi);
  return resource({
    params: id,
    loader: async ({ params, abortSignal }) => {
      const { data } = await logistica.call('GET /tareas/:task_id', {
        params: { task_id: params },
        signal: abortSignal,
      });
      return data;
    },
  });
}
